import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of a page, as a reader meets it. */
export interface Block {
  readonly kind: 'block';
  readonly page: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** The file that it stands for. */
  readonly file: string | null;
  /** Whether it goes on, in a terminal of its own. */
  readonly stays: boolean;
  /** Whether it is about the service of a clone instead of the reader's own project. */
  readonly ofClone: boolean;
  /** Why it is not run; null where it is. */
  readonly skipped: string | null;
}

/** What a page tells its reader to do. */
export type Step = Block | { readonly kind: 'ctrl-c'; readonly page: string };

const WORDS = new Set(['skip', 'stays', 'clone']);

/**
 * Reads a page's steps. Behind a block's language stand words of ours, as in "```sh stays": `skip`, below a comment "<!-- not run: why -->";
 * `stays`; `clone`; `file=path`. "<!-- Ctrl-C in all terminals -->" is a step too.
 * @throws Error where a block has another word, or is skipped without a reason
 */
export function readPage(page: string): readonly Step[] {
  const lines = readFileSync(`${root}/${page}`, 'utf8').split('\n');
  const steps: Step[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '<!-- Ctrl-C in all terminals -->') steps.push({ kind: 'ctrl-c', page });
    if (!line.startsWith('```')) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`${page}:${at + 1}: the block has no end`);
    steps.push(toBlock(page, at, lines.slice(at, end), lines[at - 1] ?? ''));
    at = end;
  }
  return steps;
}

function toBlock(page: string, at: number, [fence = '', ...code]: readonly string[], before: string): Block {
  const [language = '', ...words] = fence.slice(3).trim().split(/\s+/);
  const file = words.find((word) => word.startsWith('file='))?.slice('file='.length) ?? null;
  const unknown = words.find((word) => !WORDS.has(word) && !word.startsWith('file='));
  if (unknown !== undefined) throw new Error(`${page}:${at + 1}: a block has the unknown word "${unknown}"`);
  const reason = /^<!-- not run: (.+) -->$/.exec(before)?.[1];
  if (words.includes('skip') && reason === undefined) throw new Error(`${page}:${at + 1}: a block is skipped, and nobody says why`);
  return {
    kind: 'block',
    page,
    line: at + 2,
    language,
    code: `${code.join('\n')}\n`,
    file,
    stays: words.includes('stays'),
    ofClone: words.includes('clone'),
    skipped: words.includes('skip') ? (reason ?? '') : null,
  };
}

/** All pages, in the order in which docs/README.md lists them; the README is the first. */
export function listPages(): readonly string[] {
  const index = readFileSync(`${root}/docs/README.md`, 'utf8');
  return ['README.md', ...[...index.matchAll(/^\| \[[a-z-]+\]\(([a-z-]+\.md)\)/gm)].map(([, page]) => `docs/${page}`)];
}
