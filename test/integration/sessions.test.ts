import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTemporalArchive } from '../../api/temporal/temporal-archive.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startReceiver } from '../support/receiver.ts';
import type { ReceivedRequest, Receiver } from '../support/receiver.ts';
import { startTestService, WEBHOOK_SECRET } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { SESSION_CASES, startSite } from '../support/session-site.ts';
import type { Site } from '../support/session-site.ts';
import { until } from '../support/until.ts';

const CAP = 5;
const STUBS = fileURLToPath(new URL('../fixtures/bin', import.meta.url));

let service: TestService;
let site: Site;
let hooks: Receiver;
let dataDirectory: string;

beforeAll(async () => {
  // The same "ffmpeg" on every machine.
  vi.stubEnv('PATH', STUBS + delimiter + process.env['PATH']);
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-sessions-'));
  [site, hooks] = await Promise.all([startSite(), startReceiver()]);
  const variables = {
    TICKLESS_DATA: dataDirectory,
    MAX_CONCURRENT_TASKS: String(CAP),
    LLM_URL: `${site.url}/v1`,
    TRANSCRIBER_URL: `${site.url}/v1`,
  };
  service = await startTestService(variables, { fetchTimeoutMs: 3_000 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
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
  await hooks.waitFor((requests) => requests.some(isIts), 50_000);
  const request = hooks.requests.find(isIts);
  if (request === undefined) throw new Error('it came a moment ago');
  return request;
}

async function idsOf(path: string): Promise<readonly string[]> {
  const { items } = (await (await service.app.request(path)).json()) as { readonly items: readonly { readonly id: string }[] };
  return items.map(({ id }) => id);
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
    { event_id: 'week_0', success: true, session: 'First', markdown_content: expect.stringContaining('About the talk.') },
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

it('shows what is in the archive when the engine has forgotten its event', async () => {
  await post('kept', '/talk');
  await calledBack('kept');
  const event = (await (await service.app.request('/v1/events/kept')).json()) as EventResource;
  // To have the engine forget one takes it a while; this one it never knew.
  await createTemporalArchive(service.client).events.put({ ...event, id: 'forgotten' });

  const job = await (await service.app.request('/api/jobs/forgotten')).json();

  expect(job).toMatchObject({ id: 'forgotten', archived: true, status: 'completed', parameters: { session: 'Talk kept' } });
  expect((await service.app.request('/v1/events/forgotten')).status).toBe(404);
  expect((await service.app.request('/api/jobs/forgotten/archived', { method: 'DELETE' })).status).toBe(204);
  expect((await service.app.request('/api/jobs/forgotten')).status).toBe(404);
});

it('runs a job again in another language, calls back for it as for the first, and deletes its files', async () => {
  await post('again', '/talk');
  await calledBack('again');
  await until('it is completed', async () => {
    const { status } = (await (await service.app.request('/api/jobs/again')).json()) as { readonly status: string };
    return status === 'completed';
  });

  const restarted = await postJson('/api/jobs/again/restart', {
    event_id: 'again-2',
    parameters: { target_language: 'fr' },
    wait_ms: 20_000,
  });

  const folder = /^events\/NodeConf\/Main\/undated-0000-again-[0-9a-f]{10}$/;
  const job = (await restarted.json()) as { readonly results: { readonly markdown_file: string } };
  expect(job).toMatchObject({ id: 'again-2', restart_of: 'again', status: 'completed', parameters: { target_language: 'fr' } });
  expect(dirname(job.results.markdown_file)).toMatch(folder);
  await hooks.waitFor((requests) => requests.filter(({ path }) => path === '/again').length === 2, 20_000);
  const [, second] = hooks.requests.filter(({ path }) => path === '/again');
  expect(JSON.parse(second?.text ?? '')).toMatchObject({ event_id: 'again-2', success: true, file_path: job.results.markdown_file });
  expect(second?.headers['x-mine']).toBe('yes');

  const deleted = await service.app.request('/api/jobs/again-2/files', { method: 'DELETE' });
  const gone = await service.app.request('/api/jobs/again-2/files/again.md');
  expect([deleted.status, gone.status, existsSync(join(dataDirectory, dirname(job.results.markdown_file)))]).toEqual([204, 404, false]);
});

it('archives a batch with its jobs, and takes it out again', async () => {
  const talk = { event: 'NodeConf', session: 'Kept', url: `${site.url}/talk`, track: 'Kept' };
  const events = [
    { ...talk, filename: 'one.md' },
    { ...talk, filename: 'two.md', day: 'Monday' },
  ];
  await postJson('/process-events-async', { batch_id: 'kept', webhook_url: `${hooks.url}/kept`, events });
  const archived = await until('it has ended, and is archived', async () => {
    const put = await service.app.request('/api/batches/kept/archived', { method: 'PUT' });
    return put.status === 200 && put.json();
  });
  const again = await service.app.request('/api/batches/kept/archived', { method: 'PUT' });

  expect(archived).toMatchObject({ id: 'kept', status: 'partial', archived: true, counts: { total: 2, completed: 1, failed: 1 } });
  expect(again.status).toBe(200);
  await until('its jobs are not listed', async () => (await idsOf('/api/jobs?batch_id=kept')).length === 0);
  await until('nor is it', async () => !(await idsOf('/api/batches')).includes('kept'));
  expect((await idsOf('/api/jobs?batch_id=kept&archived=true')).toSorted()).toEqual(['kept_0', 'kept_1']);
  expect(await idsOf('/api/batches?archived=true')).toEqual(['kept']);

  expect((await service.app.request('/api/batches/kept/archived', { method: 'DELETE' })).status).toBe(204);
  expect(await (await service.app.request('/api/jobs/kept_0')).json()).toMatchObject({ archived: false });
  await until('the archive is empty', async () => (await idsOf('/api/jobs?archived=true')).length === 0);
});

it('waits for talks that are processed one after the other', async () => {
  const talk = { event: 'NodeConf', session: 'Here', url: `${site.url}/talk`, filename: 'here.md', track: 'Sync' };

  const answer = await postJson('/process-events', { events: [talk, { ...talk, url: `${site.url}/gone` }] });

  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    data: {
      output: {
        results: [
          { markdown_file: 'events/NodeConf/Sync/undated-0000-here/here.md', markdown_content: expect.stringContaining('About the talk.') },
        ],
        summary: { total_events: 2, successful: 1, failed: 1, errors: [{ index: 1, error: expect.stringContaining('answered 404') }] },
      },
    },
  });
});

describe('whatever it meets', () => {
  beforeAll(async () => {
    // All at once: they are more than the cap.
    const accepted = SESSION_CASES.map(async ({ name, fields }, index) => {
      const addresses = Object.entries(fields).map(([field, path]) => [field, `${site.url}${path}`]);
      const id = `case-${index}`;
      const answer = await postJson('/api/process-event-async', {
        ...{ event: 'Cases', session: name, url: `${site.url}/talk`, track: 'Main', filename: `${id}.md` },
        ...{ event_id: id, webhook_url: `${hooks.url}/${id}`, ...Object.fromEntries(addresses) },
      });
      expect(answer.status).toBe(200);
    });
    await Promise.all(accepted);
  });

  it.each(SESSION_CASES.map((one, index) => [one.name, one, `case-${index}`] as const))('ends as it should: %s', async (_name, one, id) => {
    const { text } = await calledBack(id);

    const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const job = await until('the job has ended', async () => {
      const read = (await (await service.app.request(`/api/jobs/${id}`)).json()) as EndedJob;
      return read.completed_at !== null && read;
    });
    if ('error' in one) {
      expect(body).toMatchObject({ success: false, file_path: null, error_code: one.error });
      expect(job).toMatchObject({ status: 'failed', results: null, error: { code: one.error } });
    } else {
      expect(body).toMatchObject({ success: true, markdown_content: expect.stringContaining(one.says) });
      expect(job).toMatchObject({ status: 'completed', error: null, results: { gallery: { length: one.pictures ?? 0 } } });
    }
  });

  it('has never fetched for more at once than the cap, called back once for each, and left no file half written', async () => {
    const called = hooks.requests.filter(({ path }) => path.startsWith('/case-')).map(({ path }) => path);
    expect(called).toHaveLength(SESSION_CASES.length);
    expect(new Set(called).size).toBe(SESSION_CASES.length);
    expect(site.mostAtOnce()).toBeGreaterThan(1);
    expect(site.mostAtOnce()).toBeLessThanOrEqual(CAP);
    expect((await readdir(dataDirectory, { recursive: true })).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await readdir(join(dataDirectory, 'work'))).toEqual([]);
  });
});

interface EndedJob {
  readonly completed_at: string | null;
}
