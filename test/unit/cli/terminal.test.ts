import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createTerminal } from '../../../cli/terminal.ts';

const command = fileURLToPath(new URL('../../../cli/tickless.mjs', import.meta.url));

function processWith(env: Readonly<Record<string, string>>, isTTY: boolean): NodeJS.Process {
  const stream = { isTTY, columns: isTTY ? 120 : undefined, on: () => undefined, write: () => true };
  return { env, stdin: process.stdin, stdout: stream, stderr: stream, once: () => undefined } as unknown as NodeJS.Process;
}

it.each([
  ['a screen', {}, true, { isLive: true, hasColors: true, columns: 120 }],
  ['a pipe', {}, false, { isLive: false, hasColors: false, columns: 80 }],
  ['NO_COLOR', { NO_COLOR: '1' }, true, { isLive: true, hasColors: false }],
  ['an empty NO_COLOR', { NO_COLOR: '' }, true, { isLive: true, hasColors: true }],
  ['a dumb terminal', { TERM: 'dumb' }, true, { isLive: false, hasColors: false }],
])('knows %s', (_what, env, isTTY, expected) => {
  const { isLive, hasColors, columns } = createTerminal(processWith(env, isTTY));
  expect({ isLive, hasColors, columns }).toMatchObject(expected);
});

it('sets what the environment leaves to the settings of the folder', () => {
  const { environment } = createTerminal(processWith({ PORT: '4000' }, false), { PORT: '5000', TICKLESS_API_KEY: 'from-the-file' });
  expect(environment).toEqual({ PORT: '4000', TICKLESS_API_KEY: 'from-the-file' });
});

it('reads the settings of the folder that it is called in', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickless-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const env = { PATH: process.env['PATH'] };
  const get = async (): Promise<string> => {
    const called = spawn(process.execPath, [command, 'get', 'a'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    called.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    await once(called, 'close');
    return err;
  };
  writeFileSync(join(folder, '.env'), 'PORT=1\n');
  expect(await get()).toContain('nothing answers at http://127.0.0.1:1 ');
  rmSync(join(folder, '.env'));
  mkdirSync(join(folder, '.env'));
  expect(await get()).toMatch(/^error: ".+\.env" is a folder, but settings are read from a file of this name\. .+\n$/);
});

it('runs from a clone, with the exit code of what it did', async () => {
  const called = spawn(process.execPath, [command, 'get', 'a', '--url', 'nowhere'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  called.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const exitCode = await new Promise((resolve) => called.on('close', resolve));
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('"nowhere" is not an http address') });
});
