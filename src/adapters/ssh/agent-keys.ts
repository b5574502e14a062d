/** Keys that an agent holds, offered one by one: ssh2 itself overlooks that a server wants something else after one of them. */
import { BaseAgent, createAgent, type ParsedKey, type SignCallback, type SigningRequestOptions, utils } from 'ssh2';

const listingLimitMs = 10_000;

/** None from an agent that is gone, locked, or hangs. */
export async function agentKeys(socket: string): Promise<AgentKey[]> {
  const agent = createAgent(socket);
  const limit = new Promise<AgentKey[]>((resolve) => setTimeout(() => resolve([]), listingLimitMs).unref());
  const listed = new Promise<AgentKey[]>((resolve) => {
    agent.getIdentities((_error, keys = []) => {
      resolve(keys.flatMap(publicKeyOf).map((key) => new AgentKey(key, agent)));
    });
  });
  return Promise.race([listed, limit]);
}

/** With a comment around it, or without. */
type Listed = ParsedKey | Buffer | string | { pubKey: Listed };

function publicKeyOf(listed: Listed): ParsedKey[] {
  return typeof listed === 'object' && 'pubKey' in listed ? publicKeyOf(listed.pubKey) : parsePublic(listed);
}

export function parsePublic(text: ParsedKey | Buffer | string): ParsedKey[] {
  const parsed = utils.parseKey(text);
  return parsed instanceof Error ? [] : [parsed];
}

type Sign = (data: Buffer, options: SigningRequestOptions, done: SignCallback) => void;

/** An agent that holds one key, and notes whether the server wanted its signature. */
export class KeyHolder extends BaseAgent<ParsedKey> {
  wanted = false;

  constructor(
    readonly publicKey: ParsedKey,
    private readonly signWith: Sign,
  ) {
    super();
  }

  override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    done(undefined, [this.publicKey]);
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    this.wanted = true;
    if (typeof options === 'function') this.signWith(data, {}, options);
    else if (done) this.signWith(data, options, done);
  }
}

export class AgentKey {
  constructor(
    readonly publicKey: ParsedKey,
    private readonly agent: BaseAgent,
  ) {}

  holder(): KeyHolder {
    return new KeyHolder(this.publicKey, (data, options, done) => this.agent.sign(this.publicKey, data, options, done));
  }
}
