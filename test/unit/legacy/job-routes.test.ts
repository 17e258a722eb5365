import { afterEach, describe, expect, it } from 'vitest';
import type { EventDefinition } from '../../../domain/define-event.ts';
import type { Progress } from '../../../domain/event-run.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { session } from '../../../events/sessions/session.ts';
import { testDefinitions } from '../../support/test-definitions.ts';
import { until } from '../../support/until.ts';
import type { SessionFolders } from '../../../events/sessions/older/routes.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from '../api/memory-app.ts';

const folder = 'events/NodeConf/Main/undated-0000-time';
const talk = { event: 'NodeConf', session: 'Time', url: 'https://x.example/talk', filename: 'time.md', track: 'Main' };
const document = { markdown_file: `${folder}/time.md`, transcript_file: null, gallery: [`${folder}/gallery/page-001.png`] };
const progress: Progress = { step: 'summary', percent: 40, message: 'summing up' };

let memory: MemoryApp;
let finish: () => void;
afterEach(async () => {
  await memory.stop();
  expect(filesOpen).toBe(0);
});

/** Sessions of which those in the track "Broken" fail, and those in "Slow" are at work until `finish`. */
function start(options: MemoryAppOptions = {}): void {
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const run: EventDefinition['run'] = async (stage, { data }, _results, { heartbeat }) => {
    const { track } = data as typeof talk;
    if (track === 'Broken') throw new PermanentError('http_404', 'the page is gone');
    if (track === 'Slow' && stage === 'action') {
      heartbeat(progress);
      await finished;
    }
    return document;
  };
  removed = new Set();
  const sessionStore: SessionFolders['sessionStore'] = {
    open: async ({ path }) => (path.endsWith('.md') ? { modifiedAt: new Date(0), content: bytesOf(`text of ${path}`) } : null),
    owns: async (id) => !removed.has(id) && id !== 'displaced',
    removeFolder: async ({ path }) => void removed.add(path === document.markdown_file ? 'talk-1' : path),
  };
  memory = startMemoryApp({ definitions: [{ ...session, run }, ...testDefinitions], files: { sessionStore }, ...options });
}

let filesOpen = 0;
let removed: Set<string>;

async function* bytesOf(content: string): AsyncGenerator<Uint8Array, void> {
  filesOpen += 1;
  try {
    for (const character of content) yield Buffer.from(character);
  } finally {
    filesOpen -= 1;
  }
}

async function submit(
  id: string,
  fields: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const response = await memory.request('/api/process-event-async', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...talk, webhook_url: 'https://hook.example/in', event_id: id, ...fields }),
  });
  expect(response.status).toBe(200);
}

interface JobBody {
  readonly id: string;
  readonly status: string;
  readonly progress: Progress | null;
  readonly error: unknown;
}

async function get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await memory.request(path);
  return { status: response.status, body: await response.json() };
}

async function jobThatIs(id: string, status: string): Promise<JobBody> {
  return until(`the job "${id}" is ${status}`, async () => {
    const job = (await get(`/api/jobs/${encodeURIComponent(id)}`)).body as JobBody;
    return job.status === status && job;
  });
}

async function list(query = ''): Promise<readonly string[]> {
  const { items } = (await get(`/api/jobs${query}`)).body as { readonly items: readonly JobBody[] };
  return items.map(({ id }) => id);
}

describe('/api/jobs/{id}', () => {
  it('shows a session as a job', async () => {
    start();
    await submit('talk-1');

    expect(await jobThatIs('talk-1', 'completed')).toEqual({
      id: 'talk-1',
      job_type: 'session',
      batch_id: null,
      restart_of: null,
      archived: false,
      status: 'completed',
      progress: null,
      attempts: 1,
      parameters: expect.objectContaining(talk),
      results: document,
      error: null,
      logs: ['accepted', 'began', 'completed'].map((message) => ({ at: expect.any(String), level: 'info', message })),
      created_at: expect.any(String),
      started_at: expect.any(String),
      completed_at: expect.any(String),
      links: {
        self: '/api/jobs/talk-1',
        stream: '/api/jobs/talk-1/stream',
        files: '/api/jobs/talk-1/files',
        archive: '/api/jobs/talk-1/archive',
      },
    });
  });

  it('shows how far it is, and why it failed', async () => {
    start();
    await submit('slow', { track: 'Slow' });
    await submit('broken', { track: 'Broken' });

    const failed = await jobThatIs('broken', 'failed');
    const atWork = await until('it says how far it is', async () => {
      const job = await jobThatIs('slow', 'processing');
      return job.progress !== null && job;
    });

    expect(failed).toMatchObject({ results: null });
    expect(failed.error).toEqual({ code: 'http_404', message: 'the page is gone' });
    expect(atWork).toMatchObject({ progress, results: null, error: null, completed_at: null });
    finish();
    await jobThatIs('slow', 'completed');
  });

  it('knows a session by the name that its client gave it', async () => {
    start();
    await submit('Vortrag 1 / Größe');

    expect((await jobThatIs('Vortrag 1 / Größe', 'completed')).id).toMatch(/^k~/);
  });

  it('is of no other event', async () => {
    start();
    await memory.request('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'other', type: 'test-failing', data: { how: 'permanently' } }),
    });

    expect((await memory.request('/v1/events/other')).status).toBe(200);
    for (const path of ['', '/stream', '/files', '/archive']) expect((await memory.request(`/api/jobs/other${path}`)).status).toBe(404);
  });

  it("is its tenant's own", async () => {
    const keys = ['acme', 'other'].map((tenant) => ({ tenant, key: `key-of-${tenant}-0123456789` }));
    start({ keys });
    await submit('talk-1', {}, { 'x-secretary-api-key': 'key-of-acme-0123456789' });

    for (const path of ['', '/stream', '/files', '/files/time.md', '/archive']) {
      const asOther = await memory.request(`/api/jobs/talk-1${path}`, { headers: { authorization: 'Bearer key-of-other-0123456789' } });
      const asNobody = await memory.request(`/api/jobs/talk-1${path}`);

      expect([asOther.status, asNobody.status]).toEqual([404, 401]);
    }
  });
});

describe('/api/jobs', () => {
  it('lists by status and by batch, in pages', async () => {
    start();
    await submit('one');
    await jobThatIs('one', 'completed');
    await submit('two', { track: 'Broken' });
    await jobThatIs('two', 'failed');
    await submit('three', { track: 'Slow' });
    await jobThatIs('three', 'processing');

    expect(await list()).toEqual(['three', 'two', 'one']);
    expect(await list('?status=processing')).toEqual(['three']);
    expect(await list('?status=pending')).toEqual([]);
    expect(await list('?status=failed')).toEqual(['two']);
    const { next_cursor } = (await get('/api/jobs?limit=2')).body as { readonly next_cursor: string };
    expect(await list(`?limit=2&cursor=${next_cursor}`)).toEqual(['one']);
    finish();
  });

  it('lists the items of a batch, however its client named it', async () => {
    start();
    const events = [talk, { ...talk, track: 'Broken' }, 7];
    await memory.request('/api/process-events-async', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ batch_id: 'Woche 1', webhook_url: 'https://hook.example/in', events }),
    });
    const query = '?batch_id=Woche%201';
    await until('all have ended', async () => (await list(`${query}&status=failed`)).length === 2);

    expect((await list(query)).map((id) => id.replace(/^.*_/, ''))).toEqual(['0', '1', '2']);
    expect(await list(`${query}&status=pending`)).toEqual([]);
    expect(await list('?batch_id=none')).toEqual([]);
  });

  it.each(['status=done', 'limit=0', 'user=me'])('refuses "?%s"', async (query) => {
    start();

    expect((await get(`/api/jobs?${query}`)).status).toBe(422);
  });
});

async function post(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
  const json = body === undefined ? {} : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
  const response = await memory.request(path, { method: 'POST', ...json });
  return { status: response.status, location: response.headers.get('location'), body: (await response.json()) as PostedBody };
}

interface PostedBody extends JobBody {
  readonly restart_of: string | null;
  readonly code?: string;
  readonly errors?: readonly { readonly pointer: string }[];
}

describe('POST /api/jobs', () => {
  it('submits a session, and answers with the job', async () => {
    start();

    const accepted = await post('/api/jobs', { event_id: 'talk-1', parameters: { ...talk, day: null, speakers: null }, webhook_url: null });

    expect(accepted).toMatchObject({ status: 202, location: '/api/jobs/talk-1', body: { id: 'talk-1', parameters: talk, error: null } });
    await jobThatIs('talk-1', 'completed');
  });

  it('waits for as long as is asked for', async () => {
    start();

    const done = await post('/api/jobs', { parameters: talk, wait_ms: 30_000 });
    const late = await post('/api/jobs', { parameters: { ...talk, track: 'Slow' }, wait_ms: 1 });

    expect(done).toMatchObject({ status: 200, body: { status: 'completed', results: document } });
    expect(late.status).toBe(202);
    finish();
  });

  it('joins the job of the same id, and refuses other content under it', async () => {
    start();
    const asked = { event_id: 'talk 1', parameters: talk };
    await post('/api/jobs', asked);

    expect((await post('/api/jobs', asked)).status).toBe(202);
    expect(await post('/api/jobs', { ...asked, parameters: { ...talk, session: 'Other' } })).toMatchObject({
      status: 409,
      body: { code: 'id_conflict' },
    });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['no parameters', {}, ['/parameters']],
    ['wrong parameters', { parameters: { ...talk, url: 'x', session: ' ' } }, ['/parameters/session', '/parameters/url']],
    ['another type', { job_type: 'pdf', parameters: talk }, ['/job_type']],
    ['an unknown field', { parameters: talk, wait: 5 }, ['/wait']],
    ['a private destination', { parameters: talk, webhook_url: 'http://127.0.0.1/' }, ['/webhook_url']],
  ])('refuses %s, and starts nothing', async (_what, body, pointers) => {
    start();

    const refused = await post('/api/jobs', body);

    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_event' } });
    expect(refused.body.errors?.map(({ pointer }) => pointer).toSorted()).toEqual(pointers);
    expect(await list()).toEqual([]);
  });

  it('refuses what is no JSON, too large, without a key, or too late', async () => {
    start({ keys: [{ tenant: 'acme', key: 'key-of-acme-0123456789' }] });
    const key = { authorization: 'Bearer key-of-acme-0123456789' };

    const nobody = await post('/api/jobs', { parameters: talk });
    const large = await post('/api/jobs', { parameters: { ...talk, session: 'x'.repeat(1024 * 1024) } }, key);
    const text = await post('/api/jobs', 'x', { ...key, 'content-type': 'text/plain' });
    memory.setAccepting(false);
    const late = await post('/api/jobs', { parameters: talk }, key);

    expect([nobody.status, large.status, text.status, late.status]).toEqual([401, 413, 415, 503]);
  });
});

describe('POST /api/jobs/{id}/restart', () => {
  it('runs a job again as one of its own, with the same callback and what is changed', async () => {
    start();
    await submit('broken', { track: 'Broken' });
    await jobThatIs('broken', 'failed');

    const same = await post('/api/jobs/broken/restart');
    const { body, status } = await post('/api/jobs/broken/restart', {
      parameters: { track: 'Main', target_language: 'fr' },
      wait_ms: 30_000,
    });

    expect(same).toMatchObject({ status: 202, body: { restart_of: 'broken', parameters: { track: 'Broken' } } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'completed',
      restart_of: 'broken',
      parameters: { ...talk, target_language: 'fr' },
      results: document,
      error: null,
    });
    expect(new Set(['broken', same.body.id, body.id]).size).toBe(3);
    expect((await get(`/v1/events/${body.id}`)).body).toMatchObject({ callback: { url: 'https://hook.example/in' } });
    expect((await jobThatIs('broken', 'failed')).error).toEqual({ code: 'http_404', message: 'the page is gone' });
  });

  it('runs one of /v1 again too, whose callback is the envelope', async () => {
    start();
    await memory.request('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'plain', type: 'session', data: { ...talk, track: 'Broken' }, tier: 'low' }),
    });
    await jobThatIs('plain', 'failed');

    const { body } = await post('/api/jobs/plain/restart', { event_id: 'again' });

    expect((await get(`/v1/events/${body.id}`)).body).toMatchObject({ id: 'again', tier: 'low', source: '/api/jobs/plain' });
  });

  it('is refused while it is at work, for an item of a batch, and with what makes no session', async () => {
    start();
    await submit('slow', { track: 'Slow' });
    await post('/api/process-events-async', {
      batch_id: 'b',
      webhook_url: 'https://hook.example/in',
      events: [{ ...talk, track: 'Broken' }],
    });
    await jobThatIs('b_0', 'failed');
    await submit('done');
    await jobThatIs('done', 'completed');

    expect(await post('/api/jobs/slow/restart')).toMatchObject({ status: 409, body: { code: 'not_replayable' } });
    expect(await post('/api/jobs/b_0/restart')).toMatchObject({ status: 409, body: { code: 'not_replayable' } });
    expect((await post('/api/jobs/none/restart')).status).toBe(404);
    expect(await post('/api/jobs/done/restart', { parameters: { url: 'x' } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/parameters/url' }] },
    });
    expect((await post('/api/jobs/done/restart', { session: 'x' })).body.errors).toMatchObject([{ pointer: '/session' }]);
    finish();
  });
});

describe('/api/jobs/{id}/stream', () => {
  it('ends with the job', async () => {
    start();
    await submit('talk-1');

    const stream = await (await memory.request('/api/jobs/talk-1/stream')).text();

    expect(stream).toMatch(/event: completed\ndata: \{"id":"talk-1","job_type":"session",.*\n\n$/);
    expect((await memory.request('/api/jobs/none/stream')).status).toBe(404);
  });
});

describe('the files of a job', () => {
  it('are listed, and downloaded one by one', async () => {
    start();
    await submit('talk-1');
    await jobThatIs('talk-1', 'completed');

    const { body } = await get('/api/jobs/talk-1/files');
    const file = await memory.request('/api/jobs/talk-1/files/time.md');

    expect(body).toEqual({
      items: [
        { name: 'time.md', href: '/api/jobs/talk-1/files/time.md' },
        { name: 'gallery/page-001.png', href: '/api/jobs/talk-1/files/gallery/page-001.png' },
      ],
      next_cursor: null,
    });
    expect(await file.text()).toBe(`text of ${folder}/time.md`);
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'text/markdown; charset=utf-8',
      'content-disposition': `attachment; filename="time.md"; filename*=UTF-8''time.md`,
      'x-content-type-options': 'nosniff',
    });
  });

  it('are deleted together', async () => {
    start();
    await submit('talk-1');
    await submit('broken', { track: 'Broken' });
    await jobThatIs('talk-1', 'completed');
    await jobThatIs('broken', 'failed');
    const remove = async (id: string): Promise<number> => (await memory.request(`/api/jobs/${id}/files`, { method: 'DELETE' })).status;

    expect([await remove('talk-1'), await remove('broken'), await remove('none')]).toEqual([204, 204, 404]);
    expect(removed).toEqual(new Set(['talk-1']));
    expect((await get('/api/jobs/talk-1/files')).body).toMatchObject({ items: [] });
    expect((await get('/api/jobs/talk-1/files/time.md')).status).toBe(404);
  });

  it('are none where another event has its place', async () => {
    start();
    await submit('displaced');
    await jobThatIs('displaced', 'completed');

    expect((await get('/api/jobs/displaced/files')).body).toMatchObject({ items: [] });
    await memory.request('/api/jobs/displaced/files', { method: 'DELETE' });
    expect(removed).toEqual(new Set());
  });

  it.each(['other.md', '..%2Ftime.md', 'gallery/page-001.png', '%00'])('are no others: %s', async (name) => {
    start();
    await submit('talk-1');
    await jobThatIs('talk-1', 'completed');

    expect((await memory.request(`/api/jobs/talk-1/files/${name}`)).status).toBe(404);
    expect((await memory.request('/api/jobs/none/files')).status).toBe(404);
    expect((await memory.request(`/api/jobs/none/files/${name}`)).status).toBe(404);
  });

  it('come as one archive, as soon as it has ended', async () => {
    start();
    await submit('slow', { track: 'Slow' });
    await submit('broken', { track: 'Broken' });
    await jobThatIs('broken', 'failed');

    const early = await memory.request('/api/jobs/slow/archive');
    finish();
    await jobThatIs('slow', 'completed');
    const archive = await memory.request('/api/jobs/slow/archive');
    const bytes = Buffer.from(await archive.arrayBuffer()).toString('latin1');

    expect([early.status, await early.json()]).toEqual([202, { id: 'slow', status: expect.stringMatching(/^(pending|processing)$/) }]);
    expect(archive.headers.get('content-disposition')).toContain('filename="time.zip"');
    expect(bytes.startsWith('PK\u0003\u0004')).toBe(true);
    expect(bytes).toContain(`text of ${folder}/time.md`);
    expect(bytes).not.toContain('page-001.png');
    expect((await memory.request('/api/jobs/broken/archive')).status).toBe(404);
    expect((await memory.request('/api/jobs/none/archive')).status).toBe(404);
  });

  it('are closed when nobody reads on', async () => {
    start();
    await submit('talk-1');
    await jobThatIs('talk-1', 'completed');

    const head = await memory.request('/api/jobs/talk-1/archive', { method: 'HEAD' });
    const reader = (await memory.request('/api/jobs/talk-1/archive')).body?.getReader();
    await reader?.read();
    await until('a file is open', async () => filesOpen > 0 || ((await reader?.read()) && false));
    await reader?.cancel('gone').catch(() => undefined);

    expect(head.headers.get('content-type')).toBe('application/zip');
    await until('no file is open', async () => filesOpen === 0);
  });
});
