import { MAX_DEPTH, isDeeperThan } from '../read-json.ts';
import { readLines } from './read-lines.ts';
import { parseLine } from './to-item.ts';
import type { RawItem } from './to-item.ts';

export async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield value;
}

/** The lines of a body, as they come. */
export async function* rawItems(body: ReadableStream<Uint8Array> | null): AsyncGenerator<RawItem> {
  if (body === null) return;
  for await (const line of readLines(body)) {
    const raw = line.ok ? parseLine(line.text) : line;
    yield raw.ok && isDeeperThan(MAX_DEPTH, raw.value) ? { ok: false, detail: `the line is nested deeper than ${MAX_DEPTH} levels` } : raw;
  }
}
