/** Looking things up: documentation, source code, web pages, and what the packages on the box take. All texts are untrusted. */
import type { PaperSection, PartialAnswer } from './papers';

/** A text in sections, each of which can be read on from any offset. */
export interface ReadText {
  /** What it is asked for by: an address, a path. */
  id: string;
  title: string;
  url: string;
  sections: PaperSection[];
  /** What is not in it, and why; our own words. */
  note?: string;
}

export interface DocHit {
  /** What `read` takes. */
  page: string;
  package: string;
  title: string;
  section: string;
  text: string;
}

export interface Docs {
  search(
    query: string,
    wanted: { package?: string; limit: number },
    signal?: AbortSignal,
  ): Promise<PartialAnswer<DocHit>>;
  /** A page by its address or by `package/path`. */
  read(page: string, signal?: AbortSignal): Promise<ReadText>;
}

export interface CodePlace {
  /** `owner/name`. */
  repo: string;
  /** A branch, a tag or a commit; the newest of the default branch when absent. */
  ref?: string | undefined;
  /** A file, or a folder to stay below. */
  path?: string | undefined;
}

export interface CodeTree {
  entries: { path: string; bytes: number }[];
  /** What is not in it, and why; our own words. */
  note?: string;
}

export interface CodeMatch {
  path: string;
  /** Counted from 1. */
  line: number;
  text: string;
}

export interface CodeMatches {
  matches: CodeMatch[];
  /** Files that were searched. */
  files: number;
  note?: string;
}

export interface CodeFile {
  url: string;
  text: string;
  note?: string;
}

/** Public repositories without an account; private ones with a token that may read them. */
export interface CodeHost {
  tree(place: CodePlace, signal?: AbortSignal): Promise<CodeTree>;
  search(text: string, place: CodePlace, limit: number, signal?: AbortSignal): Promise<CodeMatches>;
  /** In all repositories; needs a token. */
  searchEverywhere(text: string, limit: number, signal?: AbortSignal): Promise<CodeMatches>;
  file(place: CodePlace & { path: string }, signal?: AbortSignal): Promise<CodeFile>;
}

export interface WebPages {
  read(url: string, signal?: AbortSignal): Promise<ReadText>;
}

export interface Parameter {
  name: string;
  kind: string;
  required: boolean;
  /** As Python writes it; null where there is none or it is not known. */
  default: string | null;
  type: string | null;
  choices: string[];
  help: string;
  /** The class that declares it. */
  from: string | null;
  deprecated: string | null;
}

export interface FoundSignature {
  name: string;
  found: true;
  kind: string;
  path: string;
  package: string;
  version: string | null;
  /** The most derived first. */
  bases: string[];
  doc: string;
  members: string[];
  deprecated: string | null;
  /** Packages that are missing on the box for it to work. */
  needs: string[];
  /** Null when they cannot be read, or when it takes none. */
  parameters: Parameter[] | null;
  /** It takes keywords beyond those of `parameters`. */
  anyKeyword: boolean;
  returns: string | null;
  /** Old keyword -> the new one. */
  renamed: Record<string, string | null>;
  warnings: string[];
  choices: string[];
  value: string | null;
}

export interface UnknownSignature {
  name: string;
  found: false;
  problem: string;
  message: string;
  suggestions: string[];
}

export type Signature = FoundSignature | UnknownSignature;

/** What callables of an environment's packages take, as they are installed on the box. */
export interface Signatures {
  signatures(environment: string, names: readonly string[], signal?: AbortSignal): Promise<Signature[]>;
}
