import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { originOf } from '../../../config/value-origin.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { loadEnvFile } from '../../../dev/load-env.mjs';
import { temporaryDirectory } from '../engine/fakes.ts';

const load = loadEnvFile as (file: string, environment: Record<string, string>) => string | null;
const TEXT = 'PORT=4000\nHOST="::1"\n';

it.each([
  ['plain', Buffer.from(TEXT)],
  ['with a byte order mark', Buffer.from(`\uFEFF${TEXT}`)],
  ['as PowerShell writes it', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
])('reads a file %s, whose first variable counts too', (_how, bytes) => {
  const file = join(temporaryDirectory(), '.env');
  writeFileSync(file, bytes);
  const environment: Record<string, string> = { HOST: '0.0.0.0' };
  expect(load(file, environment)).toBeNull();
  expect(environment).toEqual({ PORT: '4000', HOST: '0.0.0.0' });
});

it('needs no file', () => {
  expect(load(join(temporaryDirectory(), '.env'), {})).toBeNull();
});

it('says what is wrong with one that is none', () => {
  const file = join(temporaryDirectory(), '.env');
  mkdirSync(file);
  expect(load(file, {})).toBe(`"${file}" is a folder, but settings are read from a file of this name. Mend it, or move it away.`);
});

it('lets a fault name the file that a value came from', () => {
  const file = join(temporaryDirectory(), '.env');
  writeFileSync(file, 'PORT=many\nMAX_BACKLOG=0\nAPI_KEYS=acme:short-secret\n');
  const environment: Record<string, string> = { MAX_BACKLOG: '-1' };
  load(file, environment);
  expect([originOf('PORT'), originOf('MAX_BACKLOG')]).toEqual([`"${file}"`, 'the environment']);
  let fault = '';
  try {
    parseEnvironment(environment);
  } catch (error) {
    fault = String(error);
  }
  expect(fault).toMatch(/ {2}PORT: .+ \(it is "many", set in ".+\.env"\)/);
  expect(fault).toMatch(/ {2}MAX_BACKLOG: .+ \(it is "-1", set in the environment\)/);
  expect(fault).toMatch(/ {2}API_KEYS: .+ \(set in ".+\.env"\)/);
  expect(fault).not.toContain('short-secret');
  load(join(temporaryDirectory(), '.env'), {});
});
