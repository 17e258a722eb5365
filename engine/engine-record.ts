import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { processIdentitySchema } from './process-identity.ts';

const recordSchema = z.object({
  process: processIdentitySchema.readonly(),
  address: z.string(),
  ports: z.object({ server: z.int(), ui: z.int() }).readonly(),
  uiUrl: z.string().nullable(),
  versions: z.object({ cli: z.string(), server: z.string() }).readonly(),
  /** What it was started with, to be compared with what is wanted now. */
  settings: z.array(z.string()).readonly(),
});

/** What the next service on a data directory has to know of the running engine, should this service be killed. */
export type EngineRecord = Readonly<z.infer<typeof recordSchema>>;

export function readEngineRecord(dataDirectory: string): EngineRecord | undefined {
  return readJsonFile(recordFile(dataDirectory), recordSchema);
}

export function writeEngineRecord(dataDirectory: string, record: EngineRecord): void {
  writeJsonFile(recordFile(dataDirectory), record);
}

export function removeEngineRecord(dataDirectory: string): void {
  rmSync(recordFile(dataDirectory), { force: true });
}

function recordFile(dataDirectory: string): string {
  return join(dataDirectory, 'engine.json');
}
