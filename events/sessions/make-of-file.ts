import type { StepCache } from './step-cache.ts';

export interface FileStep {
  readonly step: string;
  /** What it depends on besides the file. */
  readonly input: readonly string[];
  readonly url: string;
  /** The same on every attempt of a run. */
  readonly idempotencyKey: string;
  /** Fetches the file; gives its digest. */
  readonly fetchFile: () => Promise<string>;
  /** Works on the file that was fetched. */
  readonly make: () => Promise<string>;
}

/**
 * What a step makes of a file that an event names. It is known by the file's content; a run that was interrupted also knows
 * what was at the address, and fetches nothing a second time of which it has all it needs.
 */
export async function makeOfFile(cache: StepCache, { step, input, url, idempotencyKey, fetchFile, make }: FileStep): Promise<string> {
  const known = await cache.recall('file', [idempotencyKey, url]);
  const made = known === null ? null : await cache.recall(step, [known, ...input]);
  if (made !== null) return made;
  const digest = await fetchFile();
  await cache.keep('file', [idempotencyKey, url], digest);
  return cache.remember(step, [digest, ...input], make);
}
