import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startReceiver } from '../../support/receiver.ts';
import type { Receiver, Reply } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';

// The small size of test/e2e/sessions.test.ts: what a SIGKILL leaves on disk, and what the next attempt makes of it. That there
// is a next attempt, under the cap, is shown by test/e2e/cap.test.ts.
const folder = 'events/NodeConf/Main/undated-0000-time';
// So long that a process that writes it again and again is killed while it does.
const LONG = `${'What was said. '.repeat(500_000)}The end.`;
// A process takes a second to start, and many on a busy machine.
const STARTS_WITHIN_MS = 50_000;

let site: Receiver;
let replies: Record<string, Reply>;
let dataDirectory: string;
let children: ChildProcess[];

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-killed-'));
  children = [];
  replies = {
    '/talk': { headers: { 'content-type': 'text/html' }, body: '<p>Ticks are a habit. They end.</p>' },
    '/video': { body: 'a video' },
    '/v1/chat/completions': { body: JSON.stringify({ choices: [{ message: { content: 'From the model.' } }] }) },
    '/v1/audio/transcriptions': { body: JSON.stringify({ text: LONG }) },
  };
  site = await startReceiver();
  site.respond(({ path }) => replies[path] ?? 404);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await site.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

function makeTalk(language: string, times = 1): ChildProcess {
  const program = join(import.meta.dirname, 'make-talk.ts');
  // Without a PATH there is no ffmpeg: the "video" is none.
  const child = spawn(process.execPath, ['--import', 'tsx', program, dataDirectory, site.url, language, String(times)], {
    env: { PATH: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  return child;
}

function askedFor(path: string): number {
  return site.requests.filter((request) => request.path === path).length;
}

it('neither fetches nor transcribes a video again when its process is killed after the transcription', async () => {
  replies['/v1/audio/transcriptions'] = { body: JSON.stringify({ text: 'What was said.' }) };
  replies['/v1/chat/completions'] = 'hang';
  const killed = makeTalk('de');
  await until('its translation is asked for', async () => askedFor('/v1/chat/completions') === 1, STARTS_WITHIN_MS);
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;
  expect(existsSync(join(dataDirectory, folder))).toBe(false);

  replies['/v1/chat/completions'] = { body: JSON.stringify({ choices: [{ message: { content: 'From the model.' } }] }) };
  const [code] = (await once(makeTalk('de'), 'exit')) as [number | null];

  expect(code).toBe(0);
  expect([askedFor('/video'), askedFor('/v1/audio/transcriptions')]).toEqual([1, 1]);
  expect(await readFile(join(dataDirectory, folder, 'transcript.txt'), 'utf8')).toBe('From the model.');
});

it('leaves no file half written when its process is killed at work', async () => {
  const killed = makeTalk('en', 1_000);
  await until('a document is there', async () => existsSync(join(dataDirectory, folder, 'time.md')), STARTS_WITHIN_MS);
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;

  expect((await readFile(join(dataDirectory, folder, 'transcript.txt'), 'utf8')) === LONG).toBe(true);
  const markdown = await readFile(join(dataDirectory, folder, 'time.md'), 'utf8');
  expect([markdown.startsWith('---\n'), markdown.endsWith(`${LONG}\n`)]).toEqual([true, true]);
});
