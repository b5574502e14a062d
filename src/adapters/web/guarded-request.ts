/**
 * One request to an address on the public internet. The name is resolved once, every address it has is checked, and the connection
 * goes to a checked one: a name that resolves to something else a moment later gains nothing.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { MlInternError } from '../../core/errors';
import { isPublic } from './addresses';

export interface Address {
  address: string;
  family: number;
}

export type Resolve = (host: string) => Promise<Address[]>;

export interface GuardOptions {
  /** Origins that may be asked although they are not public, e.g. the practice world's servers. */
  allow: readonly string[];
  resolve?: Resolve;
}

const ports = new Set(['', '80', '443', '8080', '8443']);
const everyAddress: Resolve = (host) => systemLookup(host, { all: true });

export class Guard {
  constructor(private readonly options: GuardOptions) {}

  /** The address to connect to; throws `bad-input` for one that pages may not come from. */
  async check(url: URL): Promise<Address> {
    const isAllowed = this.options.allow.includes(url.origin);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(url, 'only http and https are read');
    if (url.username !== '' || url.password !== '') throw refused(url, 'it holds a name or a password');
    if (!isAllowed && !ports.has(url.port)) throw refused(url, `port ${url.port} is not one of web pages`);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) === 0 ? await this.resolve(host) : [{ address: host, family: isIP(host) }];
    const [first] = addresses;
    if (first === undefined) throw refused(url, 'its name has no address');
    if (!isAllowed && !addresses.every(({ address }) => isPublic(address))) {
      throw refused(url, 'it leads into this machine or a private network');
    }
    return first;
  }

  private async resolve(host: string): Promise<Address[]> {
    return (this.options.resolve ?? everyAddress)(host);
  }
}

function refused(url: URL, why: string): MlInternError {
  const shown = `${url.protocol}//${url.host}${url.pathname}`.slice(0, 200);
  return new MlInternError('bad-input', `${shown} is not read: ${why}.`, {
    next: 'Give the address of a public page that begins with https://.',
  });
}

/** Headers and an unread body; the body is decompressed as it is read. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Readable;
}

const asked = {
  'user-agent': 'ml-intern (research agent; reads pages that it is told to)',
  accept: 'text/html,application/xhtml+xml,text/markdown,text/plain,application/json,application/pdf;q=0.9,*/*;q=0.5',
  'accept-encoding': 'gzip, deflate, br',
};

export function ask(url: URL, { address, family }: Address, signal: AbortSignal): Promise<Answer> {
  const lookup: LookupFunction = (_host, options, done) => {
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, { lookup, signal, headers: asked, agent: false }, (message) =>
      resolve(answerOf(message)),
    );
    request.once('error', reject);
    request.end();
  });
}

function answerOf(message: IncomingMessage): Answer {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) headers.set(name, [value].flat().join(', '));
  return { status: message.statusCode ?? 0, headers, body: unpacked(message) };
}

function unpacked(message: IncomingMessage): Readable {
  const makers: Record<string, (() => NodeJS.ReadWriteStream & Readable) | undefined> = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  const unpack = makers[message.headers['content-encoding']?.trim().toLowerCase() ?? '']?.();
  if (unpack === undefined) return message;
  message.once('error', (error) => unpack.destroy(error));
  unpack.once('close', () => message.destroy());
  return message.pipe(unpack);
}
