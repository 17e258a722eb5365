import { partsInTime } from '../body-in-time.ts';
import type { Fault } from '../../domain/fault.ts';
import { readLines } from './read-lines.ts';
import { parseLine, unreadable } from './to-item.ts';
import type { RawItem } from './to-item.ts';

/** The entries of a JSON body's list; `lossy` are the faults of those that can't be kept as they were sent. */
export async function* rawEntries(values: readonly unknown[], lossy: ReadonlyMap<number, readonly Fault[]>): AsyncGenerator<RawItem> {
  for (const [index, value] of values.entries()) {
    const errors = lossy.get(index);
    yield errors === undefined ? { ok: true, value } : { ok: false, value, errors };
  }
}

/** The lines of a body, as they come. */
export async function* rawItems(body: ReadableStream<Uint8Array> | null): AsyncGenerator<RawItem> {
  if (body === null) return;
  for await (const line of readLines(partsInTime(body))) yield line.ok ? parseLine(line.text) : unreadable(line.detail);
}
