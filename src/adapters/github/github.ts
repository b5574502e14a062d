/** Source code on GitHub: public repositories without a token, through what is not counted wherever that can do it. */
import { isAbort, MlInternError } from '../../core/errors';
import type { CodeFile, CodeHost, CodeMatches, CodePlace, CodeTree } from '../../core/ports/lookup';
import { eachFile, type ArchiveFile, type ArchiveLimits } from './archive';
import { GitHubClient, type GitHubOptions } from './client';
import { isText, matchesIn } from './matching';
import { notebookText } from './notebook';
import { below, checked, isBelow } from './places';
import { limitReset, unavailable } from './refusals';
import { searchAnswer, treeAnswer } from './shapes';

const limits = { totalBytes: 1024 * 1024 * 1024, fileBytes: 2 * 1024 * 1024 };
const mostFileBytes = 8 * 1024 * 1024;

export class GitHub implements CodeHost {
  private readonly client: GitHubClient;

  constructor(options: GitHubOptions) {
    this.client = new GitHubClient(options);
  }

  /** From the API; when its questions are used up, or its answer is not whole, from the archive. */
  async tree(place: CodePlace, signal?: AbortSignal): Promise<CodeTree> {
    const { repo, ref = 'HEAD', path } = checked(place);
    const response = await this.client.ask(
      `${this.client.options.api}/repos/${repo}/git/trees/${ref}?recursive=1`,
      signal,
    );
    if (!response.ok && !limitReset(response)) throw await this.client.refused(response, { repo, ref: place.ref });
    const answer = response.ok ? treeAnswer.safeParse(await response.json().catch(() => undefined)) : undefined;
    if (answer?.success && !answer.data.truncated) return { entries: below(answer.data.tree, path) };
    try {
      return { entries: below(await this.archiveEntries(place, signal), path) };
    } catch (error) {
      if (answer?.success) {
        const note = 'GitHub lists only a part of this repository, because it is very large: name a folder or search.';
        return { entries: below(answer.data.tree, path), note };
      }
      throw response.ok || isAbort(error) ? error : await this.client.refused(response, place);
    }
  }

  async search(text: string, place: CodePlace, limit: number, signal?: AbortSignal): Promise<CodeMatches> {
    const { path } = checked(place);
    if (text.trim() === '')
      throw new MlInternError('bad-input', 'There is nothing to search for.', { next: 'Give words.' });
    const found: { exact: boolean; matches: CodeMatches['matches'] }[] = [];
    let [files, skipped] = [0, 0];
    await this.eachFile(place, limits, signal, (file) => {
      if (!isBelow(file.path, path)) return true;
      if (file.content === undefined) skipped++;
      else if (isText(file.content)) {
        files++;
        found.push(matchesIn(file.path, file.content, text));
      }
      return signal?.aborted !== true;
    });
    signal?.throwIfAborted();
    const exact = found.filter((each) => each.exact);
    const matches = (exact.length > 0 ? exact : found).flatMap((each) => each.matches);
    return { matches: matches.slice(0, limit), files, ...noteOf(matches.length, limit, skipped) };
  }

  async searchEverywhere(text: string, limit: number, signal?: AbortSignal): Promise<CodeMatches> {
    if ((await this.client.token()) === undefined) {
      throw new MlInternError('bad-input', 'GitHub searches all repositories only for those who sign in.', {
        next: 'Name a repository (owner/name) to search in it without a token.',
      });
    }
    const query = new URLSearchParams({ q: text, per_page: String(Math.min(limit, 50)) });
    const accept = { accept: 'application/vnd.github.text-match+json' };
    const response = await this.client.ask(
      `${this.client.options.api}/search/code?${query.toString()}`,
      signal,
      accept,
    );
    if (!response.ok) throw await this.client.refused(response, { repo: 'search' });
    const { items } = searchAnswer.parse(await response.json());
    const matches = items.map(({ repository, path, text_matches: parts }) => ({
      path: `${repository.full_name}/${path}`,
      line: 0,
      text: (parts[0]?.fragment ?? '').slice(0, 300),
    }));
    return { matches, files: items.length, note: 'Lines are not told by GitHub: read the file.' };
  }

  async file(place: CodePlace & { path: string }, signal?: AbortSignal): Promise<CodeFile> {
    const { repo, ref = 'HEAD', path } = checked(place);
    const named = path?.split('/').map(encodeURIComponent).join('/') ?? '';
    const isKnown = (await this.client.token()) !== undefined;
    const url = isKnown
      ? `${this.client.options.api}/repos/${repo}/contents/${named}?ref=${encodeURIComponent(ref)}`
      : `${this.client.options.raw}/${repo}/${ref}/${named}`;
    const response = await this.client.ask(url, signal, isKnown ? { accept: 'application/vnd.github.raw+json' } : {});
    if (!response.ok) throw await this.client.refused(response, place);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!isText(bytes)) throw notText(place.path, bytes.length);
    const text = new TextDecoder().decode(bytes.subarray(0, mostFileBytes));
    const note = bytes.length > mostFileBytes ? { note: `Only its first ${mostFileBytes >> 20} MiB were read.` } : {};
    const shown = `https://github.com/${repo}/blob/${ref}/${named}`;
    return { url: shown, text: path?.endsWith('.ipynb') ? notebookText(text) : text, ...note };
  }

  private async archiveEntries(place: CodePlace, signal?: AbortSignal): Promise<CodeTree['entries']> {
    const entries: CodeTree['entries'] = [];
    const nothingRead = { ...limits, fileBytes: -1 };
    await this.eachFile(place, nothingRead, signal, ({ path, bytes }) => entries.push({ path, bytes }) > 0);
    return entries;
  }

  private async eachFile(
    place: CodePlace,
    most: ArchiveLimits,
    signal: AbortSignal | undefined,
    visit: (file: ArchiveFile) => boolean,
  ): Promise<void> {
    const archive = await this.client.archive(place, signal);
    await eachFile(archive, most, visit).catch((error: unknown) => {
      throw unavailable('its archive is damaged', 'Try again later.', error);
    });
  }
}

function noteOf(found: number, limit: number, skipped: number): { note?: string } {
  const notes = [
    ...(found > limit ? [`${found} lines match; these are the first ${limit}.`] : []),
    ...(skipped > 0 ? [`${skipped} files are too large to be searched.`] : []),
  ];
  return notes.length === 0 ? {} : { note: notes.join(' ') };
}

function notText(path: string, bytes: number): MlInternError {
  return new MlInternError('lookup-unavailable', `${path.slice(0, 200)} is no text (${bytes} bytes).`, {
    next: 'Read a file of text: source, Markdown, a notebook.',
  });
}
