import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
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

it('runs from a clone, with the exit code of what it did', async () => {
  const called = spawn(process.execPath, [command, 'get', 'a', '--url', 'nowhere'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  called.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const exitCode = await new Promise((resolve) => called.on('close', resolve));
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('"nowhere" is not an http address') });
});
