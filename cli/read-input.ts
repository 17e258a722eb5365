import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { MAX_DEPTH, parseExactJson } from '../domain/exact-json.ts';
import type { ExactJson } from '../domain/exact-json.ts';
import { toPointer } from '../domain/json-pointer.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** The bytes of a file, or of standard input for `-`. @throws UsageError when it can't be read */
export async function readInput(name: string, terminal: Terminal): Promise<Buffer> {
  if (name !== '-')
    return readFile(name).catch((error: Error) => Promise.reject(new UsageError(`"${name}" can't be read: ${error.message}`)));
  const chunks: Buffer[] = [];
  for await (const chunk of terminal.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** JSON as it was given: in the argument itself, in a file (`@name`), or on standard input (`-`). @throws UsageError */
export async function readJsonArgument(text: string, terminal: Terminal): Promise<unknown> {
  const isElsewhere = text === '-' || text.startsWith('@');
  const json = isElsewhere ? (await readInput(text.replace(/^@/, ''), terminal)).toString() : text;
  const parsed = parse(json, text);
  if (parsed.kind === 'exact') return parsed.value;
  if (parsed.kind === 'too_deep') throw new UsageError(`"${text}" is nested deeper than ${MAX_DEPTH} levels`);
  // Written out again, it would reach the service as something else.
  const [first] = parsed.places;
  throw new UsageError(`"${text}" can't be sent as it is: ${toPointer(first?.path ?? [])}: ${first?.detail}`);
}

function parse(json: string, name: string): ExactJson {
  try {
    return parseExactJson(json);
  } catch (error) {
    throw new UsageError(`"${name}" is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/** For options that take a number. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('it is not a number');
  return value;
}
