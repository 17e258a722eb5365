import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MAX_BODY_BYTES } from '../../../activities/callbacks/limit-envelope.ts';
import { createRenderBody } from '../../../activities/callbacks/render-body.ts';
import { eventMessage } from '../../../domain/callback-message.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import type { CallbackRequest } from '../../../domain/delivery.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import { acceptRun, completeStage, endRun } from '../../../domain/event-run.ts';
import { createSessionFormats } from '../../../events/sessions/callback-formats.ts';
import type { LegacyFormat } from '../../../events/sessions/legacy-format.ts';
import { createReadDocument } from '../../../events/sessions/read-document.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';

const plain: CallbackRequest = { url: 'https://hook.example/', headers: {}, progress: false };
const format: LegacyFormat = { kind: 'legacy', eventId: 'talk-1', includeMarkdown: true, includeMetadata: true };
const legacy: CallbackRequest = { ...plain, format };
const path = 'events/E/T/undated-0000-a/a.md';

interface RenderOptions {
  readonly action?: unknown;
  readonly bytes?: number;
}

/** The body of a completed event's message, as the receiver gets it. */
async function render(callback: CallbackRequest, { action = { markdown_file: path }, bytes = 6 }: RenderOptions = {}): Promise<unknown> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-render-'));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  await mkdir(dirname(join(dataDirectory, path)), { recursive: true });
  await writeFile(join(dataDirectory, path), '# Time');
  await writeFile(join(dataDirectory, 'secret'), 'secret');
  await truncate(join(dataDirectory, path), bytes);
  const run = endRun(completeStage(acceptRun(acceptedEvent()), 'action', action), { status: 'completed', endedAtMs: NOON_MS });
  const message = eventMessage(toEventResource(run, initialCallback(null), { id: 'talk-1', runId: 'r' }));
  const renderBody = createRenderBody({
    formats: new Map(Object.entries(createSessionFormats(createReadDocument(dataDirectory)))),
    now: () => NOON_MS,
  });
  const target = { kind: 'event', tenant: 'default', owner: 'talk-1', run: 1, callback } as const;
  return JSON.parse((await renderBody({ target, message, webhookId: 'evt_1' })).body);
}

it('sends the envelope unless another format is asked for', async () => {
  expect(await render(plain)).toMatchObject({ type: 'event.completed', data: { status: 'completed' } });
});

it('sends a CloudEvent of at most 256 KiB to whoever asks for that', async () => {
  const body = await render({ ...plain, format: { kind: 'cloudevents' } }, { action: 'x'.repeat(MAX_BODY_BYTES) });
  expect(body).toMatchObject({
    specversion: '1.0',
    id: 'evt_1',
    type: 'tickless.event.completed',
    data: { status: 'completed', omitted: ['data', 'result'] },
  });
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(MAX_BODY_BYTES);
});

it("sends a plugin's format with the content type that it names", async () => {
  const written = { body: 'a: 1', contentType: 'application/yaml' };
  const renderBody = createRenderBody({ formats: new Map([['yaml', async () => written]]), now: () => NOON_MS });
  const callback = { ...plain, format: { kind: 'yaml' } };
  const target = { kind: 'event', tenant: 'default', owner: 'a', run: 1, callback } as const;
  const message = { type: 'event.progress', timestamp: '2026-01-01T12:00:00.000Z', data: {} };
  expect(await renderBody({ target, message, webhookId: 'evt_1' })).toEqual(written);
});

it('refuses to write in a format that this process does not have', async () => {
  await expect(render({ ...plain, format: { kind: 'runes' } })).rejects.toThrow('"runes"');
});

it('sends the whole document to a client of the older routes', async () => {
  expect(await render(legacy)).toMatchObject({
    event_id: 'talk-1',
    success: true,
    timestamp: '2026-01-01T12:00:00.000Z',
    file_path: path,
    markdown_content: '# Time',
  });
});

it.each<[string, RenderOptions]>([
  ['larger than 16 MiB', { bytes: 16 * 1024 * 1024 + 1 }],
  ['gone', { action: { markdown_file: 'events/E/T/undated-0000-b/b.md' } }],
  ['anywhere else', { action: { markdown_file: '../secret' } }],
  ['anywhere else within', { action: { markdown_file: 'events/E/T/../../../secret' } }],
  ['not named', { action: null }],
])('says that the document is omitted when it is %s', async (_where, options) => {
  expect(await render(legacy, options)).toMatchObject({ success: true, omitted: ['markdown_content'] });
});
