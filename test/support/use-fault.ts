import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Fault {
  /** What `test-mended` and `test-mended-heavy` fail without, as data of theirs. */
  readonly file: string;
  readonly mend: () => void;
}

/** A fault that events die of until it is mended; gone with its test. */
export function useFault(): Fault {
  const folder = mkdtempSync(join(tmpdir(), 'tickless-fault-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'mended');
  return { file, mend: () => writeFileSync(file, '') };
}
