import { afterEach, describe, expect, it } from 'vitest';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { session } from '../../../events/sessions/session.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from '../api/memory-app.ts';

const document = { markdown_file: 'events/a.md', gallery: ['events/g.png'], metadata: { status: 'success' } };
const talk = { event: 'NodeConf', session: 'Time', url: 'https://x.example/talk', filename: 'time.md', track: 'Main' };
const defaults = {
  day: null,
  starttime: null,
  endtime: null,
  speakers: [],
  video_url: null,
  attachments_url: null,
  source_language: 'en',
  target_language: 'de',
};
const asked = { ...talk, webhook_url: 'https://hook.example/in' };

let memory: MemoryApp;
afterEach(() => memory.stop());

/** The older routes over a session type whose stages do this. */
function start(run: EventDefinition['run'] = async () => document, options: MemoryAppOptions = {}): void {
  memory = startMemoryApp({ definitions: [{ ...session, run }], files: { readDocument: async (path) => `text of ${path}` }, ...options });
}

interface LegacyBody {
  readonly request: unknown;
  readonly error: { readonly details: readonly { readonly field: string }[] };
}

async function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const response = await memory.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as LegacyBody };
}

describe('/process-event-async', () => {
  it('makes a session of it that /v1 shows', async () => {
    start();
    await post('/api/process-event-async', { ...asked, event_id: 'talk-1' });

    const event = await (await memory.request('/v1/events/talk-1')).json();

    expect(event).toMatchObject({ id: 'talk-1', type: 'session', data: { ...talk, ...defaults }, callback: { url: asked.webhook_url } });
  });

  it('makes an id where none is given, and takes one with any characters', async () => {
    start();

    const made = await post('/api/process-event-async', asked);
    const given = await post('/api/process-event-async', { ...asked, event_id: 'Vortrag 1 / Größe' });

    expect(made.body.request).toMatchObject({ parameters: { event_id: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    expect(given).toMatchObject({ status: 200, body: { request: { parameters: { event_id: 'Vortrag 1 / Größe' } } } });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['no object', [], ['']],
    ['no required field', {}, ['event', 'session', 'url', 'filename', 'track', 'webhook_url']],
    ['a blank field', { ...asked, session: '  ' }, ['session']],
    ['another scheme', { ...asked, webhook_url: 'ftp://x.example' }, ['webhook_url']],
    ['a private destination', { ...asked, webhook_url: 'http://127.0.0.1/' }, ['webhook_url']],
    ['a header that HTTP cannot carry', { ...asked, webhook_headers: { 'a b': 'c' } }, ['webhook_headers.a b']],
    ['a day that is none', { ...asked, day: '2026-02-30' }, ['day']],
    ['one wrong time of two', { ...asked, starttime: '25:00' }, ['starttime']],
    ['a file name that is a path', { ...asked, filename: '../x.md' }, ['filename']],
  ])('answers 400 to %s, and starts nothing', async (_what, body, fields) => {
    start();

    const answer = await post('/process-event-async', body);

    expect(answer).toMatchObject({ status: 400, body: { status: 'error', error: { code: 'ValidationError' } } });
    expect(Object.keys(answer.body.error)).toEqual(['code', 'message', 'details']);
    expect(answer.body.error.details.map(({ field }) => field).toSorted()).toEqual(fields.toSorted());
    expect(await (await memory.request('/v1/events')).json()).toMatchObject({ items: [] });
  });

  it('answers 400 to a body that is no JSON, and to an id in use', async () => {
    start();
    await post('/process-event-async', { ...asked, event_id: 'talk-1' });

    const conflict = await post('/process-event-async', { ...asked, event_id: 'talk-1', session: 'Another' });
    const empty = await memory.request('/process-event-async', { method: 'POST', headers: { 'content-type': 'application/json' } });

    expect(conflict).toMatchObject({ status: 400, body: { error: { code: 'id_conflict' } } });
    expect([empty.status, await empty.json()]).toMatchObject([400, { status: 'error', error: { code: 'malformed' } }]);
  });

  it('answers 400 to what would be kept as something else', async () => {
    start();
    const body = JSON.stringify({ ...asked, speakers: [] }).replace('}', ',"track":"Side","webhook_headers":{"x-n":1e400}}');

    const answer = await memory.request('/process-event-async', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });

    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { code: 'ValidationError', details: [{ field: 'track' }, { field: 'webhook_headers.x-n' }] } },
    ]);
  });

  it('answers 503 in the older shape while there is no room, no engine, or no more time', async () => {
    start(undefined, { admit: async () => ({ admitted: false, reason: 'backlog', retryAfterMs: 10_000 }) });
    const full = await post('/process-event-async', asked);
    await memory.stop();
    start(undefined, { overrides: { submit: () => Promise.reject(new EngineUnavailableError('away')) } });
    const away = await post('/process-event-async', asked);
    memory.setAccepting(false);
    const stopping = await post('/process-event-async', asked);

    expect(full).toMatchObject({ status: 503, body: { error: { code: 'overloaded' } } });
    expect(full.headers.get('retry-after')).toBe('10');
    expect(away).toMatchObject({ status: 503, body: { error: { code: 'engine_unavailable' } } });
    expect(stopping).toMatchObject({ status: 503, body: { error: { code: 'overloaded' } } });
  });

  it('takes a key in any of its headers', async () => {
    start(undefined, { keys: [{ tenant: 'acme', key: '0123456789abcdef' }] });

    const without = await memory.request('/api/process-event-async', { method: 'POST' });
    const older = await post('/api/process-event-async', asked, { 'x-secretary-api-key': '0123456789abcdef' });

    expect(without.status).toBe(401);
    expect(older.status).toBe(200);
  });
});

describe('/process-event', () => {
  it('waits, and answers with the document', async () => {
    start();

    const { status, body } = await post('/api/process-event', talk);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'success',
      process: { completed: expect.any(String), duration: expect.any(Number) },
      data: {
        input: { ...talk, ...defaults },
        output: {
          markdown_file: 'events/a.md',
          markdown_content: 'text of events/a.md',
          video_file: null,
          attachments: ['events/g.png'],
          metadata: { status: 'success' },
        },
      },
    });
  });

  it('answers 400 with the code of a session that fails', async () => {
    start(async () => {
      throw new PermanentError('http_404', 'the page is gone');
    });

    expect(await post('/process-event', talk)).toMatchObject({
      status: 400,
      body: { status: 'error', error: { code: 'http_404', message: 'the page is gone', details: [] } },
    });
  });

  it('says where to look when it is not done in time', async () => {
    start(undefined, { overrides: { submit: async (event) => ({ kind: 'accepted', event }) } });

    expect(await post('/process-event', talk)).toMatchObject({ status: 504, body: { error: { code: 'timeout' } } });
  });
});
