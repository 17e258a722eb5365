import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from './engine-error.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { DATABASE_FILE } from './server-arguments.ts';
import { PINNED_VERSION } from './version.ts';

const stampSchema = z.object({
  cli: z.string(),
  server: z.string(),
  /** False until the file is made as a whole. */
  complete: z.boolean().default(true),
});

const JOURNAL = '-journal';

/**
 * Says whether the data directory has no database yet, and refuses one that another server made: the schema is made only
 * with the file, and no CLI migrates it.
 * A database whose first start was cut off is deleted: its schema may be half made, and nobody had its address yet.
 * @throws EngineError `data_version`
 */
export function checkDataVersion(dataDirectory: string): 'new' | 'existing' {
  if (!existsSync(join(dataDirectory, DATABASE_FILE))) return 'new';
  const other = findOtherVersion(dataDirectory);
  if (other !== null) throw other;
  if (readStamp(dataDirectory)?.complete === true) return 'existing';
  removeDatabase(dataDirectory);
  return 'new';
}

/** Why the database there, if there is one, can't be used: another server made it. Null where it can. Only reads. */
export function findOtherVersion(dataDirectory: string): EngineError | null {
  if (!existsSync(join(dataDirectory, DATABASE_FILE))) return null;
  const stamp = readStamp(dataDirectory);
  return stamp?.server === PINNED_VERSION.server ? null : otherVersion(dataDirectory, stamp);
}

function readStamp(dataDirectory: string): z.infer<typeof stampSchema> | undefined {
  return readJsonFile(stampFile(dataDirectory), stampSchema);
}

/** With all that is kept beside it. */
export function removeDatabase(dataDirectory: string): void {
  const database = join(dataDirectory, DATABASE_FILE);
  // What trims the index locks the file by a folder.
  for (const suffix of ['', '-wal', '-shm', JOURNAL, '.lock']) rmSync(`${database}${suffix}`, { force: true, recursive: true });
}

/** Whether a transaction was cut off: there is a journal only as long as one is written to the file. */
export function hasCutOffTransaction(dataDirectory: string): boolean {
  return existsSync(`${join(dataDirectory, DATABASE_FILE)}${JOURNAL}`);
}

/** Notes which server the database belongs to: before its first start, and once it has answered. */
export function stampData(dataDirectory: string, { complete }: { readonly complete: boolean }): void {
  writeJsonFile(stampFile(dataDirectory), { ...PINNED_VERSION, complete });
}

function stampFile(dataDirectory: string): string {
  return join(dataDirectory, 'engine-version.json');
}

function otherVersion(dataDirectory: string, stamp: { readonly cli: string; readonly server: string } | undefined): EngineError {
  const maker =
    stamp === undefined
      ? 'an unknown server version (it has no readable "engine-version.json")'
      : `server ${stamp.server} (CLI ${stamp.cli})`;
  return new EngineError(
    'data_version',
    [
      `The data in "${dataDirectory}" was made by ${maker}; this service runs server ${PINNED_VERSION.server} (CLI ${PINNED_VERSION.cli}), which can't read it.`,
      `Either`,
      `  - start with another directory: TICKLESS_DATA=<directory>, or`,
      `  - move "${dataDirectory}" away, to start empty, or`,
      `  - run the CLI that made it ("temporal server start-dev --db-filename ${join(dataDirectory, DATABASE_FILE)}") and set TEMPORAL_ADDRESS to it.`,
    ].join('\n'),
  );
}
