import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import type { ReceivedRequest, Receiver } from '../support/receiver.ts';
import { startTestService, WEBHOOK_SECRET } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const SESSIONS = proof({ reduced: 20, full: 1_000 });
const CAP = 5;

let service: TestService;
let site: Receiver;
let hooks: Receiver;
let dataDirectory: string;
let atOnce = 0;
let mostAtOnce = 0;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-sessions-'));
  [service, site, hooks] = await Promise.all([
    startTestService({ TICKLESS_DATA: dataDirectory, MAX_CONCURRENT_TASKS: String(CAP) }),
    startReceiver(),
    startReceiver(),
  ]);
  site.respond(({ path }, _index, response) => {
    if (!path.startsWith('/talk')) return 404;
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    setTimeout(() => {
      atOnce -= 1;
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<html><body><article><p>About ${path}.</p></article></body></html>`);
    }, 100);
    return 'handled';
  });
});
afterAll(async () => {
  await Promise.all([service.stop(), site.close(), hooks.close()]);
  await rm(dataDirectory, { recursive: true, force: true });
});

async function postJson(path: string, body: unknown): Promise<Response> {
  return service.app.request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function post(id: string, page: string): Promise<number> {
  const response = await postJson('/api/process-event-async', {
    ...{ event: 'NodeConf', session: `Talk ${id}`, url: `${site.url}${page}`, filename: `${id}.md`, track: 'Main' },
    ...{ event_id: id, webhook_url: `${hooks.url}/${id}`, webhook_headers: { 'x-mine': 'yes' } },
  });
  return response.status;
}

async function calledBack(id: string): Promise<ReceivedRequest> {
  const isIts = ({ path }: ReceivedRequest): boolean => path === `/${id}`;
  await hooks.waitFor((requests) => requests.some(isIts), 20_000);
  const request = hooks.requests.find(isIts);
  if (request === undefined) throw new Error('it came a moment ago');
  return request;
}

it('processes a talk of an older client, and calls back in its shape, signed', async () => {
  expect(await post('talk', '/talk')).toBe(200);

  const { text, headers } = await calledBack('talk');

  const markdown = await readFile(join(dataDirectory, 'events/NodeConf/Main/undated-0000-talk/talk.md'), 'utf8');
  expect(new Webhook(WEBHOOK_SECRET).verify(text, headers as Record<string, string>)).toMatchObject({
    schema_version: 1,
    event_id: 'talk',
    success: true,
    file_path: 'events/NodeConf/Main/undated-0000-talk/talk.md',
    markdown_content: markdown,
    metadata: { status: 'success', session: 'Talk talk' },
  });
  expect(headers['x-mine']).toBe('yes');
});

it('processes talks one after the other, and calls back once for each, invalid or not', async () => {
  const talk = { event: 'NodeConf', url: `${site.url}/talk`, track: 'Batch' };
  const events = [
    { ...talk, session: 'First', filename: 'first.md' },
    { ...talk, session: 'Second', filename: 'second.md', day: 'Monday' },
    { ...talk, session: 'Third', filename: 'third.md', url: `${site.url}/gone`, webhook_url: `${hooks.url}/own` },
    { ...talk, session: 'Fourth', filename: 'fourth.md', include_markdown: false },
  ];

  const answer = await postJson('/api/process-events-async', { batch_id: 'week', webhook_url: `${hooks.url}/week`, events });

  expect(answer.status).toBe(200);
  const isIts = ({ path }: ReceivedRequest): boolean => path === '/week' || path === '/own';
  await hooks.waitFor((requests) => requests.filter(isIts).length >= 4, 20_000);
  const batch = await until('the batch has ended', async () => {
    const read = await service.app.request('/v1/batches/week');
    const resource = (await read.json()) as BatchResource;
    return resource.completedAt !== null && resource;
  });
  expect(batch).toMatchObject({ status: 'partial', counts: { completed: 2, failed: 2 } });
  const received = hooks.requests.filter(isIts).map(({ path, text, headers }) => ({
    path,
    body: new Webhook(WEBHOOK_SECRET).verify(text, headers as Record<string, string>) as Readonly<Record<string, unknown>>,
  }));
  const bodies = received.map(({ body }) => body).toSorted((a, b) => String(a['event_id']).localeCompare(String(b['event_id'])));
  expect(bodies).toMatchObject([
    { event_id: 'week_0', success: true, session: 'First', markdown_content: expect.stringContaining('About /talk.') },
    {
      event_id: 'week_1',
      success: false,
      session: 'Second',
      file_path: null,
      error_code: 'invalid_event',
      error: expect.stringMatching(/^day: /),
    },
    { event_id: 'week_2', success: false, session: 'Third', file_path: null, error_code: 'http_404' },
    { event_id: 'week_3', success: true, session: 'Fourth', metadata: { status: 'success' } },
  ]);
  expect(bodies[3]).not.toHaveProperty('markdown_content');
  expect(received.find(({ path }) => path === '/own')?.body).toMatchObject({ event_id: 'week_2' });
  const record = await until("the invalid item's callback is on record", async () => {
    const read = await service.app.request('/v1/events/week_1');
    const { callback } = (await read.json()) as EventResource;
    return callback.status === 'delivered' && callback;
  });
  expect(record).toMatchObject({ url: `${hooks.url}/week`, attempts: [{ status: 200 }] });
});

it('shows a talk as a job, and gives its files', async () => {
  await post('job', '/talk');
  await calledBack('job');

  const job = await until('the job is completed', async () => {
    const read = (await (await service.app.request('/api/jobs/job')).json()) as { readonly status: string };
    return read.status === 'completed' && read;
  });
  const file = await (await service.app.request('/api/jobs/job/files/job.md')).text();
  const archive = Buffer.from(await (await service.app.request('/api/jobs/job/archive')).arrayBuffer());
  const listed = await until('the index knows it', async () => {
    const { items } = (await (await service.app.request('/api/jobs?status=completed')).json()) as {
      readonly items: readonly { readonly id: string }[];
    };
    return items.find(({ id }) => id === 'job');
  });

  expect(job).toMatchObject({ id: 'job', job_type: 'session', results: { markdown_file: expect.any(String) }, error: null });
  expect(file).toBe(await readFile(join(dataDirectory, 'events/NodeConf/Main/undated-0000-job/job.md'), 'utf8'));
  expect(archive.includes(file)).toBe(true);
  expect(listed).toMatchObject({ status: 'completed' });
});

it('waits for talks that are processed one after the other', async () => {
  const talk = { event: 'NodeConf', session: 'Here', url: `${site.url}/talk`, filename: 'here.md', track: 'Sync' };

  const answer = await postJson('/process-events', { events: [talk, { ...talk, url: `${site.url}/gone` }] });

  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    data: {
      output: {
        results: [
          { markdown_file: 'events/NodeConf/Sync/undated-0000-here/here.md', markdown_content: expect.stringContaining('About /talk.') },
        ],
        summary: { total_events: 2, successful: 1, failed: 1, errors: [{ index: 1, error: expect.stringContaining('answered 404') }] },
      },
    },
  });
});

it('sends one failure callback for a talk whose page is not there', async () => {
  await post('gone', '/gone');

  expect(JSON.parse((await calledBack('gone')).text)).toMatchObject({
    event_id: 'gone',
    success: false,
    file_path: null,
    error: expect.stringContaining('answered 404'),
    error_code: 'http_404',
  });
});

it(
  'never fetches for more talks at once than its cap, and leaves every document whole',
  async () => {
    const ids = Array.from({ length: SESSIONS }, (_, index) => `many-${index}`);

    // So many at once are more than one process takes: what it refuses is sent again, as its clients do.
    await Promise.all(ids.map((id) => until(`"${id}" is accepted`, async () => (await post(id, `/talk/${id}`)) === 200)));
    await hooks.waitFor(
      (requests) => requests.filter(({ path }) => path.startsWith('/many-')).length >= SESSIONS,
      30_000 + SESSIONS * 1_000,
    );

    const bodies = hooks.requests.filter(({ path }) => path.startsWith('/many-')).map(({ text }) => JSON.parse(text));
    expect(bodies.map(({ event_id }): string => event_id).toSorted((a, b) => a.localeCompare(b))).toEqual(
      ids.toSorted((a, b) => a.localeCompare(b)),
    );
    expect(
      bodies.every(({ success, markdown_content, event_id }) => success && markdown_content.includes(`About /talk/${event_id}.`)),
    ).toBe(true);
    expect(mostAtOnce).toBeLessThanOrEqual(CAP);
    expect((await readdir(dataDirectory, { recursive: true })).filter((name) => name.endsWith('.part'))).toEqual([]);
  },
  60_000 + SESSIONS * 1_000,
);
