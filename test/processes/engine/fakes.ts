import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export const PINNED_OUTPUT = 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)';
export const OTHER_OUTPUT = 'temporal version 1.3.0 (Server 1.27.2, UI 2.36.0)';

/** A new directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tickless-unit-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes a shell script that can be run. */
export function writeExecutable(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A `temporal` that knows its version only. */
export function writeTemporal(path: string, output = PINNED_OUTPUT): string {
  return writeExecutable(path, `echo '${output}'`);
}
