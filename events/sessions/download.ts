import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FetchForEvent, FetchLimits } from 'tickless';

export interface Download extends FetchLimits {
  readonly url: string;
  readonly to: string;
  /** Told of the bytes so far. */
  readonly onBytes: (bytes: number) => void;
}

/** Puts a file that an event names at `to`, whole or not at all; gives its digest. */
export async function download(fetch: FetchForEvent, { url, to, onBytes, ...limits }: Download): Promise<string> {
  const { body } = await fetch(url, limits);
  const hash = createHash('sha256');
  let bytes = 0;
  async function* watched(): AsyncIterable<Uint8Array> {
    for await (const chunk of body) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      onBytes(bytes);
      yield chunk;
    }
  }
  await mkdir(dirname(to), { recursive: true });
  const part = `${to}.part`;
  try {
    await pipeline(Readable.from(watched()), createWriteStream(part), { signal: limits.signal });
    await rename(part, to);
  } finally {
    await rm(part, { force: true });
  }
  return hash.digest('base64url');
}
