import { afterEach, describe, expect, it } from 'vitest';
import type { BatchResource } from '../../../domain/batch-resource.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { session } from '../../../events/sessions/session.ts';
import { until } from '../../support/until.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from '../api/memory-app.ts';

const talk = { event: 'NodeConf', session: 'Time', url: 'https://x.example/talk', filename: 'time.md', track: 'Main' };
const asked = { batch_id: 'b', webhook_url: 'https://hook.example/in', events: [talk, talk] };
const output = { markdown_file: 'events/a.md', video_file: null, attachments: ['events/g.png'], metadata: { status: 'success' } };

let memory: MemoryApp;
afterEach(() => memory.stop());

/** The older routes over sessions of which those in the track "Broken" fail. */
function start(options: MemoryAppOptions = {}): void {
  const run: EventDefinition['run'] = async (_stage, { data }) => {
    if ((data as typeof talk).track === 'Broken') throw new PermanentError('http_404', 'the page is gone');
    return { markdown_file: output.markdown_file, gallery: output.attachments, metadata: output.metadata };
  };
  memory = startMemoryApp({ definitions: [{ ...session, run }], files: { readDocument: async (path) => `text of ${path}` }, ...options });
}

async function post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const response = await memory.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

async function read<T>(path: string): Promise<T> {
  return (await (await memory.request(path)).json()) as T;
}

async function endOf(batchId: string): Promise<BatchResource> {
  return until(`the batch "${batchId}" has ended`, async () => {
    const batch = await read<BatchResource>(`/v1/batches/${batchId}`);
    return batch.completedAt !== null && batch;
  });
}

describe('/process-events-async', () => {
  it('makes a sequential batch of it that /v1 shows, and in which each item calls back for itself', async () => {
    start();
    const own = { ...talk, webhook_url: 'https://own.example/' };
    await post('/api/process-events-async', { ...asked, events: [talk, own, { ...talk, day: 'Monday' }] });

    const batch = await endOf('b');
    const items = await Promise.all([0, 1, 2].map((index) => read<EventResource>(`/v1/events/b_${index}`)));

    expect(batch).toMatchObject({ mode: 'sequential', status: 'partial', counts: { completed: 2, failed: 1 } });
    expect(items).toMatchObject([
      { type: 'session', data: talk, callback: { url: asked.webhook_url } },
      { type: 'session', data: talk, callback: { url: 'https://own.example/' } },
      {
        type: 'session',
        error: { code: 'invalid_event', message: expect.stringContaining('day: must be') },
        callback: { url: asked.webhook_url },
      },
    ]);
  });

  it('keeps of an invalid item what its callback says of it, and no more', async () => {
    start();
    const secret = { webhook_headers: { authorization: 'secret' }, url: 7 };
    await post('/api/process-events-async', { ...asked, events: [{ ...talk, ...secret, track: 5, session: 'x'.repeat(2_000) }, null] });
    await endOf('b');

    expect((await read<EventResource>('/v1/events/b_0')).data).toEqual({
      event: 'NodeConf',
      filename: 'time.md',
      session: 'x'.repeat(1_000),
    });
    expect((await read<EventResource>('/v1/events/b_1')).data).toEqual({});
  });

  it('fails an item that would be kept as something else', async () => {
    start();
    const body = JSON.stringify({ ...asked, events: [talk, 'lossy'] }).replace('"lossy"', '{"speakers":[1e400],"track":"a","track":"b"}');
    await memory.request('/api/process-events-async', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    await endOf('b');

    expect(await read('/v1/events/b_1')).toMatchObject({
      error: { code: 'invalid_event', message: expect.stringMatching(/^speakers.0: .*; track: /) },
    });
  });

  it('fails an item whose own webhook cannot be called, which the webhook of the batch is told', async () => {
    start();
    await post('/api/process-events-async', { ...asked, events: [{ ...talk, webhook_url: 'http://127.0.0.1/' }] });
    await endOf('b');

    expect(await read('/v1/events/b_0')).toMatchObject({
      error: { code: 'invalid_event', message: expect.stringMatching(/^webhook_url: /) },
      callback: { url: asked.webhook_url },
    });
  });

  it('joins the same batch, and refuses other content under its id', async () => {
    start();
    await post('/api/process-events-async', asked);

    expect(await post('/api/process-events-async', asked)).toMatchObject({ status: 200 });
    expect(await post('/api/process-events-async', { ...asked, include_markdown: false })).toMatchObject({
      status: 400,
      body: { status: 'error', error: { code: 'id_conflict' } },
    });
  });

  it('takes an id with any characters', async () => {
    start();

    expect(await post('/api/process-events-async', { ...asked, batch_id: 'Woche 1 / Größe' })).toMatchObject({
      status: 200,
      body: { request: { parameters: { batch_id: 'Woche 1 / Größe' } } },
    });
    expect(await read('/v1/batches')).toMatchObject({ items: [{ counts: { total: 2 } }] });
  });

  it.each<[string, unknown, string]>([
    ['no events', { ...asked, events: [] }, 'events'],
    ['no webhook', { events: [talk] }, 'webhook_url'],
    ['a private destination', { ...asked, webhook_url: 'http://127.0.0.1/' }, 'webhook_url'],
  ])('answers 400 to %s, and starts nothing', async (_what, body, field) => {
    start();

    expect(await post('/process-events-async', body)).toMatchObject({
      status: 400,
      body: { status: 'error', error: { code: 'ValidationError', details: [{ field }] } },
    });
    expect(await read('/v1/batches')).toMatchObject({ items: [] });
  });
});

describe('/process-events', () => {
  it('waits for all, and answers with what each came to', async () => {
    start();

    const answer = await post('/api/process-events', { events: [talk, { ...talk, track: 'Broken' }, 7, talk] });

    const text = expect.any(String);
    const result = { ...output, markdown_content: 'text of events/a.md' };
    expect(answer).toEqual({
      status: 200,
      body: {
        status: 'success',
        request: { processor: 'event', timestamp: text, parameters: { event_count: 4 } },
        process: {
          id: text,
          main_processor: 'event',
          sub_processors: [],
          started: text,
          completed: text,
          duration: expect.any(Number),
          llm_info: null,
        },
        error: null,
        data: {
          input: { events: [talk, { ...talk, track: 'Broken' }, 7, talk] },
          output: {
            results: [result, result],
            summary: {
              total_events: 4,
              successful: 2,
              failed: 2,
              errors: [
                { index: 1, event: 'NodeConf', error: 'the page is gone' },
                { index: 2, event: null, error: expect.stringContaining('must be a JSON object') },
              ],
              processing_time: expect.any(Number),
              processed_at: text,
            },
          },
        },
      },
    });
  });

  it('answers 400 to more events than anybody would wait for', async () => {
    start();

    expect(await post('/process-events', { events: Array.from({ length: 201 }, () => talk) })).toMatchObject({
      status: 400,
      body: { error: { code: 'ValidationError', details: [{ field: 'events' }] } },
    });
  });

  it('answers 503 while too many wait', async () => {
    start({ maxStreams: 0 });

    expect(await post('/process-events', { events: [talk] })).toMatchObject({ status: 503, body: { error: { code: 'overloaded' } } });
  });
});
