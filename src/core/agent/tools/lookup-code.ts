/** Source code: what is in a repository, where words stand in it, and its files line by line. */
import { z } from 'zod';
import { lineRange, numberedLines } from '../../lookup/lines';
import { textPage } from '../../lookup/pages';
import { MlInternError } from '../../errors';
import type { CodePlace } from '../../ports/lookup';
import { defineTool, type AgentTool, type ToolKit, type ToolOutput } from './tool';

const pageCharacters = 6_500;
const mostMatches = 40;

export function codeTools(kit: ToolKit): AgentTool[] {
  return [
    defineTool({
      name: 'find_code',
      description:
        'Look into a GitHub repository: with a query, the lines that hold it; with the path of a file, its lines; else the files below a folder. Public repositories need no token.',
      schema: z.object({
        repo: z.string().optional().describe('owner/name; without it all of GitHub is searched, which needs a token'),
        query: z.string().optional().describe('Words as they stand in the code'),
        path: z.string().optional().describe('A file to read, or a folder to stay below'),
        ref: z.string().optional().describe('Branch, tag or commit, e.g. v1.13.0 as look_up_signature tells it'),
        lines: z.string().optional().describe('Of a file, e.g. "120-200"'),
        offset: z.number().optional().describe('nextOffset of a listing before'),
      }),
      limit: { ms: 180_000, of: 'GitHub' },
      phase: 'research',
      async run({ repo, query, path, ref, lines, offset }, { signal }) {
        const { code } = kit.lookup;
        if (repo === undefined) return everywhere(kit, query, signal);
        const place: CodePlace = { repo, ref, path };
        if (query !== undefined && query.trim() !== '') return found(kit, query, place, signal);
        if (path !== undefined && (lines !== undefined || looksLikeFile(path))) {
          return file(kit, { ...place, path }, lines, signal);
        }
        return listing(await code.tree(place, signal), place, offset ?? 0);
      },
    }),
  ];
}

const looksLikeFile = (path: string) => /(^|\/)([\w-]+\.[\w.]+|LICENSE|Makefile|Dockerfile)$/i.test(path);

async function everywhere(kit: ToolKit, query: string | undefined, signal: AbortSignal): Promise<ToolOutput> {
  if (query === undefined)
    throw new MlInternError('bad-input', 'Neither a repository nor a query was given.', {
      next: 'Give a repository (owner/name), a query, or both.',
    });
  const { matches, note } = await kit.lookup.code.searchEverywhere(query, 20, signal);
  const text = matches.map((match) => `${match.path}\n${match.text}`).join('\n\n');
  return { facts: { matches: matches.length, ...noted(note) }, untrusted: [{ source: 'GitHub code search', text }] };
}

async function found(kit: ToolKit, query: string, place: CodePlace, signal: AbortSignal): Promise<ToolOutput> {
  const { matches, files, note } = await kit.lookup.code.search(query, place, mostMatches, signal);
  const text = matches.map((match) => `${match.path}:${match.line}: ${match.text}`).join('\n');
  return {
    facts: { matches: matches.length, filesSearched: files, ...noted(note) },
    untrusted: text === '' ? [] : [{ source: `code of ${place.repo}`, text }],
  };
}

async function file(
  kit: ToolKit,
  place: CodePlace & { path: string },
  lines: string | undefined,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const range = lineRange(lines);
  const { url, text, note } = await kit.lookup.code.file(place, signal);
  const shown = numberedLines(text, range, pageCharacters);
  const isMore = shown.to < shown.total;
  return {
    facts: {
      url: url.slice(0, 500),
      lines: `${shown.from}-${shown.to}`,
      totalLines: shown.total,
      ...(isMore ? { nextLines: `${shown.to + 1}-` } : {}),
      ...noted(note),
    },
    untrusted: [{ source: `${place.repo}/${place.path}`, text: shown.text }],
  };
}

function listing(
  { entries, note }: { entries: { path: string; bytes: number }[]; note?: string },
  { repo, path }: CodePlace,
  offset: number,
): ToolOutput {
  if (entries.length === 0)
    throw new MlInternError('lookup-unavailable', 'The repository has no such folder.', {
      next: 'List it without a path to see what is there; give `lines` to read a file without an ending.',
    });
  const text = entries.map((entry) => `${entry.path} (${entry.bytes})`).join('\n');
  const page = textPage(text, offset, pageCharacters);
  return {
    facts: { files: entries.length, ...(page.next === null ? {} : { nextOffset: page.next }), ...noted(note) },
    untrusted: [{ source: `files of ${repo}${path === undefined ? '' : `/${path}`}`, text: page.text }],
  };
}

const noted = (note: string | undefined) => (note === undefined ? {} : { note });
