import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { startChild } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { WEBHOOK_SECRET } from '../support/service.ts';
import { freePort } from '../support/service-process.ts';
import { until } from '../support/until.ts';
import { pdfWith } from '../unit/sessions/pdf-samples.ts';

const CAP = 5;
const size = proof({ reduced: { sessions: 10, kills: 1 }, full: { sessions: 1_000, kills: 20 } });
const SLOW_MS = 300;

let dataDirectory: string;
/** Pages, a video, slides and a transcriber. */
let site: Receiver;
let hooks: Receiver;
let url: string;
let api: Child;
let worker: Child;
let startWorker: () => Child;
let atOnce = 0;
let mostAtOnce = 0;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-session-crash-'));
  [site, hooks] = await Promise.all([startReceiver(), startReceiver()]);
  const port = await freePort();
  const env = {
    TEMPORAL_ADDRESS: inject('engineAddress'),
    WEBHOOK_SECRETS: WEBHOOK_SECRET,
    MAX_CONCURRENT_TASKS: String(CAP),
    CALLBACK_ALLOW: '127.0.0.0/8',
    TICKLESS_DATA: dataDirectory,
    TRANSCRIBER_URL: site.url,
  };
  url = `http://127.0.0.1:${port}`;
  api = startChild('api-main.ts', { ...env, PORT: String(port) });
  startWorker = () => startChild('worker-main.ts', env);
  worker = startWorker();
  await until('the API is ready', async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, 90_000);
});

afterEach(async () => {
  for (const child of [api, worker]) child.kill('SIGTERM');
  await Promise.all([api.exited, worker.exited]);
  await Promise.all([site.close(), hooks.close()]);
  await rm(dataDirectory, { recursive: true, force: true });
});

it('ends every session once, at most five at work, and transcribes no video again, though its worker is killed', async () => {
  let killed = 0;
  site.respond(({ path }, _index, response) => {
    if (path === '/audio/transcriptions') return { body: JSON.stringify({ text: 'What was said.' }) };
    if (path === '/video') return { body: 'a video' };
    // By now the video is transcribed: the worker dies here.
    if (path === '/slides') return killed < size.kills ? 'hang' : { body: pdfWith('Slides') };
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.on('close', () => {
      atOnce -= 1;
    });
    setTimeout(() => response.end(`<html><body><article><p>About ${path}.</p></article></body></html>`), SLOW_MS);
    return 'handled';
  });
  const ids = ['crash-video', ...Array.from({ length: size.sessions - 1 }, (_, index) => `crash-${index}`)];
  await Promise.all(ids.map(submit));

  for (; killed < size.kills; killed += 1) {
    await site.waitFor((requests) => requests.filter(({ path }) => path === '/slides').length > killed, 60_000);
    worker.kill('SIGKILL');
    await worker.exited;
    worker = startWorker();
  }
  // A callback whose worker dies before it is recorded comes again, with the same id.
  const ended = (): Set<unknown> => new Set(hooks.requests.map(({ headers }) => headers['webhook-id']));
  await hooks.waitFor(() => ended().size >= size.sessions, 90_000 + size.sessions * 1_000);

  const bodies = hooks.requests.map(({ text }) => JSON.parse(text));
  expect(new Set(bodies.map(({ event_id }) => event_id))).toEqual(new Set(ids));
  expect(bodies.filter(({ success }) => success !== true)).toEqual([]);
  expect(ended().size).toBe(size.sessions);
  expect(bodies.find(({ event_id }) => event_id === 'crash-video').markdown_content).toContain('## Transcript\n\nWhat was said.');
  expect(site.requests.filter(({ path }) => path === '/audio/transcriptions')).toHaveLength(1);
  expect(mostAtOnce).toBeLessThanOrEqual(CAP);
  const documents = await readdir(join(dataDirectory, 'events'), { recursive: true });
  expect(documents.filter((name) => name.endsWith('.md'))).toHaveLength(size.sessions);
  expect(documents.filter((name) => name.endsWith('.part'))).toEqual([]);
}, 1_800_000);

async function submit(id: string): Promise<void> {
  const response = await fetch(`${url}/api/process-event-async`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ event: 'NodeConf', session: id, url: `${site.url}/talk/${id}`, filename: `${id}.md`, track: 'Main' },
      ...{ event_id: id, webhook_url: `${hooks.url}/${id}` },
      ...(id === 'crash-video' && { video_url: `${site.url}/video`, attachments_url: `${site.url}/slides`, target_language: 'en' }),
    }),
  });
  expect(response.status).toBe(200);
}
