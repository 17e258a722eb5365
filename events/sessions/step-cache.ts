import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './unless-missing.ts';
import { writeWhole } from './write-whole.ts';

/** Results of steps by the digest of their input, so that neither a crash nor a second run pays for them again. */
export interface StepCache {
  /** Null where the step hasn't been made of this input. */
  recall(step: string, input: readonly string[]): Promise<string | null>;
  keep(step: string, input: readonly string[], made: string): Promise<void>;
  /** Gives what the step made of the same input before, or makes it now and keeps it. */
  remember(step: string, input: readonly string[], make: () => Promise<string>): Promise<string>;
}

export function createStepCache(dataDirectory: string): StepCache {
  const pathOf = (step: string, input: readonly string[]): string =>
    join(dataDirectory, 'cache', 'sessions', step, digestOf(JSON.stringify(input)));

  const recall: StepCache['recall'] = (step, input) => unlessMissing(readFile(pathOf(step, input), 'utf8'), null);
  const keep: StepCache['keep'] = (step, input, made) => writeWhole(pathOf(step, input), made);

  return {
    recall,
    keep,
    async remember(step, input, make) {
      const kept = await recall(step, input);
      if (kept !== null) return kept;
      const made = await make();
      await keep(step, input, made);
      return made;
    },
  };
}

export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url');
}
