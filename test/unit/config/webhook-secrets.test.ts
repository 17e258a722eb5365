import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { loadWebhookSecrets } from '../../../config/webhook-secrets.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-secret-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('takes the configured ones, and makes none', async () => {
  expect(await loadWebhookSecrets(['whsec_a', 'whsec_b'], folder)).toEqual(['whsec_a', 'whsec_b']);
  expect(await readdir(folder)).toEqual([]);
});

it('makes one at the first start that the settings would accept', async () => {
  const [secret = ''] = await loadWebhookSecrets([], folder);
  expect(parseEnvironment({ WEBHOOK_SECRETS: secret }).WEBHOOK_SECRETS).toEqual([secret]);
});

it('makes the data directory if need be', async () => {
  expect(await loadWebhookSecrets([], join(folder, 'deep', 'data'))).toHaveLength(1);
});

it('keeps it for the next start, for its owner only', async () => {
  const first = await loadWebhookSecrets([], folder);
  expect(await loadWebhookSecrets([], folder)).toEqual(first);
  expect(await readFile(join(folder, 'webhook-secret'), 'utf8')).toBe(`${first[0]}\n`);
  expect((await stat(join(folder, 'webhook-secret'))).mode & 0o777).toBe(0o600);
});

it('makes another one in another directory', async () => {
  const [here, there] = await Promise.all([loadWebhookSecrets([], join(folder, 'a')), loadWebhookSecrets([], join(folder, 'b'))]);
  expect(here).not.toEqual(there);
});

it('gives all the same one when many start at once', async () => {
  for (let round = 0; round < 30; round += 1) {
    const directory = join(folder, String(round));
    const loaded = await Promise.all(Array.from({ length: 8 }, () => loadWebhookSecrets([], directory)));
    expect(new Set(loaded.map(([secret]) => secret))).toEqual(new Set([loaded[0]?.[0]]));
    expect(loaded[0]?.[0]).toMatch(/^whsec_/);
  }
});

it('fails where nothing can be kept', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(loadWebhookSecrets([], file)).rejects.toThrow(/EEXIST|ENOTDIR/);
});

it.each(['', '\n', 'whsec_', 'no secret'])('refuses a file that holds %j, and names it and what helps', async (text) => {
  const file = join(folder, 'webhook-secret');
  await writeFile(file, text);
  for (const part of [file, 'WEBHOOK_SECRETS', 'delete the file']) await expect(loadWebhookSecrets([], folder)).rejects.toThrow(part);
});

it.runIf(existsSync('/proc/self/fd'))('is on disk with its folder before it is used', async () => {
  const synced: string[] = [];
  const handle = await open(folder);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const sync = prototype.sync;
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function note(this: FileHandle) {
    synced.push(await readlink(`/proc/self/fd/${this.fd}`));
    await sync.call(this);
  });
  await loadWebhookSecrets([], folder);
  spy.mockRestore();
  expect(synced).toContain(await realpath(folder));
});
