import { afterEach, describe, expect, it } from 'vitest';
import type { Archive } from '../../../api/archive.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { session } from '../../../events/sessions/session.ts';
import { createMemoryArchive } from '../../support/memory-archive.ts';
import { testDefinitions } from '../../support/test-definitions.ts';
import { until } from '../../support/until.ts';
import type { SessionFolders } from '../../../events/sessions/older/routes.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from '../api/memory-app.ts';

const markdown = 'events/NodeConf/Main/undated-0000-time/time.md';
const talk = { event: 'NodeConf', session: 'Time', url: 'https://x.example/talk', filename: 'time.md', track: 'Main' };

let memory: MemoryApp;
let archive: Archive;
let finish: () => void;
afterEach(() => memory.stop());

/** Sessions of which those in the track "Broken" fail, and those in "Slow" are at work until `finish`. */
function start(options: MemoryAppOptions = {}): void {
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const run: EventDefinition['run'] = async (_stage, { data }) => {
    const { track } = data as typeof talk;
    if (track === 'Broken') throw new PermanentError('http_404', 'the page is gone');
    if (track === 'Slow') await finished;
    return { markdown_file: markdown };
  };
  archive = createMemoryArchive();
  const sessionStore: SessionFolders['sessionStore'] = {
    owns: async () => true,
    open: async () => null,
    removeFolder: async () => undefined,
  };
  memory = startMemoryApp({ definitions: [{ ...session, run }, ...testDefinitions], archive, files: { sessionStore }, ...options });
}

async function send(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }> {
  const json = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await memory.request(path, { method, ...json });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

async function runJob(id: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { status } = await send('POST', '/api/jobs', { event_id: id, parameters: { ...talk, ...fields }, wait_ms: 30_000 });
  expect(status).toBe(200);
}

async function runBatch(id: string, events: readonly unknown[]): Promise<void> {
  await send('POST', '/api/process-events-async', { batch_id: id, webhook_url: 'https://hook.example/in', events });
  await until(`the batch "${id}" has ended`, async () => {
    const { body } = await send('GET', `/api/batches/${encodeURIComponent(id)}`);
    return (body as { readonly completed_at: string | null }).completed_at !== null;
  });
}

async function idsOf(path: string): Promise<readonly string[]> {
  const { body } = await send('GET', path);
  return (body as { readonly items: readonly { readonly id: string }[] }).items.map(({ id }) => id);
}

/** What becomes of an event after the retention time. */
async function forgetAll(): Promise<void> {
  const kept = archive;
  await memory.stop();
  start();
  const batches = await kept.batches.list({ tenant: 'default', limit: 200 });
  const jobs = await kept.events.list({ tenant: 'default', limit: 200 });
  for (const batch of batches.items) await archive.batches.put(batch);
  for (const job of jobs.items) await archive.events.put(job);
}

describe('/api/jobs/{id}/archived', () => {
  it('puts a job out of the way, and takes it back', async () => {
    start();
    await runJob('one');
    await runJob('two');

    const put = await send('PUT', '/api/jobs/one/archived');

    expect(put).toMatchObject({ status: 200, body: { id: 'one', archived: true, status: 'completed' } });
    expect((await send('GET', '/api/jobs/one')).body).toMatchObject({ archived: true });
    expect((await send('GET', '/api/jobs/two')).body).toMatchObject({ archived: false });
    expect([await idsOf('/api/jobs'), await idsOf('/api/jobs?archived=true')]).toEqual([['two'], ['one']]);
    expect((await send('PUT', '/api/jobs/one/archived')).status).toBe(200);

    expect((await send('DELETE', '/api/jobs/one/archived')).status).toBe(204);
    expect(await send('DELETE', '/api/jobs/one/archived')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect([await idsOf('/api/jobs'), await idsOf('/api/jobs?archived=true')]).toEqual([['two', 'one'], []]);
  });

  it('keeps a job and shows its files when its event is forgotten, but has nothing left to run again', async () => {
    start();
    await runJob('Vortrag 1');
    const before = (await send('PUT', '/api/jobs/Vortrag%201/archived')).body;

    await forgetAll();

    expect(await send('GET', '/api/jobs/Vortrag%201')).toEqual({ status: 200, body: before });
    expect(await send('GET', '/api/jobs/Vortrag%201/files')).toMatchObject({ body: { items: [{ name: 'time.md' }] } });
    expect(await (await memory.request('/api/jobs/Vortrag%201/stream')).text()).toContain('event: completed');
    expect(await send('POST', '/api/jobs/Vortrag%201/restart')).toMatchObject({ status: 409, body: { code: 'not_replayable' } });
    expect((await send('PUT', '/api/jobs/Vortrag%201/archived')).status).toBe(200);
    expect(await idsOf('/api/jobs')).toEqual([]);
  });

  it('refuses one that is at work, that is none, and another of the same id', async () => {
    start();
    await runJob('same');
    await send('PUT', '/api/jobs/same/archived');
    await forgetAll();
    await runJob('same', { session: 'Another' });
    await send('POST', '/api/jobs', { event_id: 'slow', parameters: { ...talk, track: 'Slow' } });

    expect(await send('PUT', '/api/jobs/same/archived')).toMatchObject({ status: 409, body: { code: 'id_conflict' } });
    expect(await send('PUT', '/api/jobs/slow/archived')).toMatchObject({ status: 409, body: { code: 'not_ended' } });
    expect(await send('PUT', '/api/jobs/none/archived')).toMatchObject({ status: 404 });
    finish();
  });

  it('lists what is archived by status and in pages', async () => {
    start();
    for (const [id, track] of [
      ['one', 'Main'],
      ['two', 'Broken'],
      ['three', 'Main'],
    ] as const) {
      await runJob(id, { track });
      await send('PUT', `/api/jobs/${id}/archived`);
    }

    const { body } = await send('GET', '/api/jobs?archived=true&limit=2');
    const { next_cursor } = body as { readonly next_cursor: string };

    expect(await idsOf('/api/jobs?archived=true&limit=2')).toEqual(['three', 'two']);
    expect(await idsOf(`/api/jobs?archived=true&limit=2&cursor=${next_cursor}`)).toEqual(['one']);
    expect(await idsOf('/api/jobs?archived=true&status=failed')).toEqual(['two']);
    expect((await send('GET', '/api/jobs?archived=yes')).status).toBe(422);
    expect((await send('GET', '/api/jobs?archived=true&cursor=x')).status).toBe(422);
  });
});

describe('/api/batches', () => {
  it('shows a batch with its counts', async () => {
    start();
    await runBatch('Woche 1', [talk, { ...talk, track: 'Broken' }, 7]);

    const { body } = await send('GET', '/api/batches/Woche%201');

    expect(body).toMatchObject({
      status: 'partial',
      archived: false,
      counts: { total: 3, pending: 0, processing: 0, completed: 1, failed: 2, cancelled: 0 },
      percent: 100,
      failures: expect.arrayContaining([expect.objectContaining({ count: 1 })]),
      seconds: expect.any(Number),
    });
    const { links } = body as { readonly links: { readonly jobs: string } };
    expect(await idsOf(links.jobs)).toHaveLength(3);
    expect(await idsOf('/api/batches?status=partial')).toHaveLength(1);
    expect(await idsOf('/api/batches?status=failed')).toEqual([]);
    expect((await send('GET', '/api/batches?status=done')).status).toBe(422);
    expect((await send('GET', '/api/batches/none')).status).toBe(404);
  });

  it('is archived with its jobs, and kept when it is forgotten', async () => {
    start();
    await runBatch('week', [talk, { ...talk, track: 'Broken' }]);
    await runBatch('other', [talk]);

    const put = await send('PUT', '/api/batches/week/archived');

    expect(put).toMatchObject({ status: 200, body: { id: 'week', archived: true, counts: { total: 2 } } });
    expect([await idsOf('/api/batches'), await idsOf('/api/batches?archived=true')]).toEqual([['other'], ['week']]);
    expect(await idsOf('/api/jobs?batch_id=week')).toEqual([]);
    expect((await idsOf('/api/jobs?batch_id=week&archived=true')).toSorted()).toEqual(['week_0', 'week_1']);
    await forgetAll();
    expect(await send('GET', '/api/batches/week')).toEqual({ status: 200, body: put.body });
    expect((await send('PUT', '/api/batches/week/archived')).status).toBe(200);
    expect((await send('GET', '/api/jobs/week_1')).body).toMatchObject({ archived: true, batch_id: 'week', status: 'failed' });
    expect(await send('POST', '/api/jobs/week_1/restart')).toMatchObject({ status: 409 });

    expect((await send('DELETE', '/api/batches/week/archived')).status).toBe(204);
    expect((await send('DELETE', '/api/batches/week/archived')).status).toBe(404);
    expect(await idsOf('/api/jobs?archived=true')).toEqual([]);
  });

  it('is refused while it is at work, where it is none, and where another of its id, or of a job of it, is archived', async () => {
    start();
    await runBatch('same', [talk]);
    await send('PUT', '/api/batches/same/archived');
    await forgetAll();
    await runBatch('same', [{ ...talk, session: 'Another' }]);
    await send('POST', '/api/process-events-async', {
      batch_id: 'slow',
      webhook_url: 'https://hook.example/in',
      events: [{ ...talk, track: 'Slow' }],
    });

    expect(await send('PUT', '/api/batches/same/archived')).toMatchObject({ status: 409, body: { code: 'id_conflict' } });
    expect(await send('PUT', '/api/batches/slow/archived')).toMatchObject({ status: 409, body: { code: 'not_ended' } });
    expect((await send('PUT', '/api/batches/none/archived')).status).toBe(404);
    finish();
  });

  it('lists no items of other types as jobs', async () => {
    start();
    await send('POST', '/v1/batches', {
      id: 'mixed',
      events: [
        { type: 'test-failing', data: { how: 'permanently' } },
        { type: 'session', data: talk },
      ],
    });

    expect(await idsOf('/api/jobs?batch_id=mixed')).toEqual(['mixed_1']);
  });

  it("is its tenant's own", async () => {
    start({ keys: ['acme', 'other'].map((tenant) => ({ tenant, key: `key-of-${tenant}-0123456789` })) });
    const as = (tenant: string) => ({ authorization: `Bearer key-of-${tenant}-0123456789` });
    const body = JSON.stringify({ event_id: 'mine', parameters: talk, wait_ms: 30_000 });
    await memory.request('/api/jobs', { method: 'POST', headers: { 'content-type': 'application/json', ...as('acme') }, body });
    await memory.request('/api/jobs/mine/archived', { method: 'PUT', headers: as('acme') });
    const statuses = async (method: string, path: string) => {
      const answers = [{}, as('other'), as('acme')].map(async (headers) => (await memory.request(path, { method, headers })).status);
      return Promise.all(answers);
    };

    expect(await statuses('GET', '/api/batches')).toEqual([401, 200, 200]);
    expect(await statuses('PUT', '/api/batches/none/archived')).toEqual([401, 404, 404]);
    expect(await statuses('PUT', '/api/jobs/mine/archived')).toEqual([401, 404, 200]);
    expect(await (await memory.request('/api/jobs?archived=true', { headers: as('other') })).json()).toMatchObject({ items: [] });
    expect(await statuses('DELETE', '/api/jobs/mine/archived')).toEqual([401, 404, 204]);
  });
});
