import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeDataDirectory } from '../../../config/data-directory.ts';

it('makes the folder for its owner only, and takes one that is there', () => {
  const folder = join(temporary(), 'deep', 'data');
  makeDataDirectory(folder);
  makeDataDirectory(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it('names the variable, where it is set, and what helps, where nothing can be kept', () => {
  const file = join(temporary(), 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'data')]) {
    expect(() => makeDataDirectory(path)).toThrow(
      /^Nothing can be kept in ".+file.*" \((EEXIST|ENOTDIR)\), which is .*TICKLESS_DATA.*\. Set it to a folder/,
    );
  }
});

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickless-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it.runIf(existsSync('/proc/self'))('ends where a folder is there that takes no other', () => {
  expect(() => makeDataDirectory('/proc/tickless/data')).toThrow(/^Nothing can be kept in "\/proc\/tickless\/data" \(ENOENT\)/);
});
