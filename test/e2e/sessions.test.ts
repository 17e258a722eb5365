import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LimitResource } from '../../domain/limit-resource.ts';
import { startChild } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { engineVariables } from '../support/cluster.ts';
import { testEngine } from '../support/test-engine.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { WEBHOOK_SECRET } from '../support/service.ts';
import { freePort } from '../support/service-process.ts';
import { startSite } from '../support/session-site.ts';
import type { Site } from '../support/session-site.ts';
import { until } from '../support/until.ts';

// A thousand sessions are too many for every run of the tests. Their small size is test/processes/sessions/killed.test.ts, which
// kills the process that makes a document, and cap.test.ts beside this file, which kills workers under the cap.
const prove = proof({ reduced: it.skip, full: it });
const SESSIONS = 1_000;
const CAP = 5;
const KILLS = 15;
// Of the client's requests.
const AT_ONCE = 20;
const MINUTE_MS = 60_000;

interface Member {
  child: Child;
  readonly start: () => Child;
}

let site: Site;
let hooks: Receiver;
let dataDirectory: string;
let url: string;
let members: Member[];

/** An API and two workers that share an engine and a data directory. */
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-sessions-'));
  [site, hooks] = await Promise.all([startSite(), startReceiver()]);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const env = {
    ...engineVariables(testEngine()),
    WEBHOOK_SECRETS: WEBHOOK_SECRET,
    MAX_CONCURRENT_TASKS: String(CAP),
    CALLBACK_ALLOW: '127.0.0.0/8',
    CALLBACK_SCHEDULE: '1s,1s,1s',
    TICKLESS_DATA: dataDirectory,
    TRANSCRIBER_URL: `${site.url}/v1`,
    LLM_URL: `${site.url}/v1`,
    PATH: fileURLToPath(new URL('../fixtures/bin', import.meta.url)) + delimiter + process.env['PATH'],
  };
  const starts = [
    () => startChild('api-main.ts', { ...env, PORT: String(port) }),
    ...Array.from({ length: 2 }, () => () => startChild('worker-main.ts', env)),
  ];
  members = starts.map((start) => ({ child: start(), start }));
  await until('the API is ready', async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, 90_000);
});

afterEach(async () => {
  for (const { child } of members) child.kill('SIGTERM');
  await Promise.all(members.map(({ child }) => child.exited));
  await Promise.all([site.close(), hooks.close()]);
  await rm(dataDirectory, { recursive: true, force: true });
});

prove(
  'makes a document of each of a thousand talks under its cap, whichever processes are killed meanwhile',
  async () => {
    const ids = Array.from({ length: SESSIONS }, (_, index) => `many-${index}`);
    const calledBack = (): ReadonlySet<string> => new Set(hooks.requests.map(({ path }) => path.slice(1)));
    const left = ids.values();
    const submitting = Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const id of left) await submit(id);
      }),
    );
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await hooks.waitFor(() => calledBack().size >= (SESSIONS * kill) / (KILLS + 2), 5 * MINUTE_MS);
      const member = members[Math.floor(Math.random() * members.length)];
      if (member) await restart(member);
    }
    await submitting;
    await hooks.waitFor(() => calledBack().size === SESSIONS, 5 * MINUTE_MS);

    const bodies = hooks.requests.map(({ text }) => JSON.parse(text) as CallbackBody);
    expect(calledBack()).toEqual(new Set(ids));
    expect(bodies.filter(({ success }) => !success)).toEqual([]);
    expect(new Set(bodies.map(({ file_path }) => file_path)).size).toBe(SESSIONS);
    for (const { file_path, markdown_content } of bodies) {
      expect(markdown_content).toMatch(/^---\n[\s\S]*About the talk\.[^]*\n$/);
      expect(await readFile(join(dataDirectory, file_path), 'utf8')).toBe(markdown_content);
    }
    expect(site.mostAtOnce()).toBeGreaterThan(1);
    expect(site.mostAtOnce()).toBeLessThanOrEqual(CAP);
    const written = await readdir(join(dataDirectory, 'events'), { recursive: true });
    expect(written.filter((name) => name.endsWith('.part'))).toEqual([]);
    await until('all permits are back', async () => {
      const { holders, waiting } = (await (await fetch(`${url}/v1/limits/tasks`)).json()) as LimitResource;
      return holders.length === 0 && waiting === 0;
    });
  },
  30 * MINUTE_MS,
);

prove(
  'neither fetches nor transcribes a video again when its worker is killed after the transcription',
  async () => {
    const askedFor = (path: string): number => site.requests.filter((request) => request.path === path).length;
    site.hangModel(true);
    await submit('talk', { video_url: `${site.url}/video` });
    await until('the transcript is made, and its translation asked for', async () => askedFor('/v1/chat/completions') === 1, MINUTE_MS);

    for (const member of members.slice(1)) await restart(member);
    site.hangModel(false);
    await hooks.waitFor((requests) => requests.length > 0, 2 * MINUTE_MS);

    expect(JSON.parse(hooks.requests[0]?.text ?? '')).toMatchObject({
      success: true,
      markdown_content: expect.stringContaining('Heard: ID3'),
    });
    expect([askedFor('/video'), askedFor('/v1/audio/transcriptions')]).toEqual([1, 1]);
  },
  5 * MINUTE_MS,
);

interface CallbackBody {
  readonly success: boolean;
  readonly file_path: string;
  readonly markdown_content: string;
}

async function submit(id: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const talk = { event: 'NodeConf', session: `Talk ${id}`, url: `${site.url}/talk`, filename: `${id}.md`, track: 'Main', ...fields };
  const body = JSON.stringify({ ...talk, event_id: id, webhook_url: `${hooks.url}/${id}` });
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  await until(
    `"${id}" is accepted`,
    async () => (await fetch(`${url}/api/process-event-async`, request).catch(() => null))?.ok,
    5 * MINUTE_MS,
  );
}

async function restart(member: Member): Promise<void> {
  member.child.kill('SIGKILL');
  await member.child.exited;
  member.child = member.start();
}
