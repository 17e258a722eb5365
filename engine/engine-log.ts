import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the server prints: errors only, so a restart adds to it and keeps the reason of the last crash. */
export interface EngineLog {
  readonly path: string;
  /** Open for appending; the server writes to it by itself, which outlives this process. */
  readonly file: number;
  /** Where this start's part begins. */
  readonly offset: number;
}

const LARGEST_BYTES = 1_048_576;

/** Opens the log for one start of the server, emptied if it has grown or the service itself starts. */
export function openEngineLog(dataDirectory: string, { isFirstStart }: { readonly isFirstStart: boolean }): EngineLog {
  const path = join(dataDirectory, 'engine.log');
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (isFirstStart || bytes > LARGEST_BYTES) closeSync(openSync(path, 'w'));
  const file = openSync(path, 'a');
  return { path, file, offset: fstatSync(file).size };
}

/** The last part of what this start has printed. */
export function readEngineLog({ path, offset }: EngineLog, maxBytes = 65_536): string {
  const file = openSync(path, 'r');
  try {
    const from = Math.max(offset, fstatSync(file).size - maxBytes);
    const buffer = Buffer.alloc(maxBytes);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, maxBytes, from)).trim();
  } finally {
    closeSync(file);
  }
}

/** Whether the server has said that all of it has started. */
export function hasAnnounced(log: EngineLog): boolean {
  return /^Server:\s/m.test(readEngineLog(log));
}
