import { mkdir, readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { HandlerContext } from '../../../domain/define-event.ts';
import { makeDocument } from '../../../events/sessions/make-document.ts';
import type { SessionDocument } from '../../../events/sessions/make-document.ts';
import { planSteps } from '../../../events/sessions/plan-steps.ts';
import { readPage } from '../../../events/sessions/read-page.ts';
import { claimPaths } from '../../../events/sessions/write-files.ts';
import { startReceiver } from '../../support/receiver.ts';
import type { Receiver, Reply } from '../../support/receiver.ts';
import { pdfWith } from '../../support/pdf-samples.ts';
import { sessionContext, sessionOf } from '../../unit/sessions/sample-session.ts';

/** A site and an OpenAI-compatible endpoint in one. */
let site: Receiver;
let replies: Record<string, Reply>;

beforeEach(async () => {
  // Whatever this machine has: the videos here are none.
  vi.stubEnv('PATH', '');
  site = await startReceiver();
  replies = {
    '/talk': {
      headers: { 'content-type': 'text/html' },
      body: '<html><head><title>Talk</title></head><body><article><p>Ticks are a habit. They end.</p></article></body></html>',
    },
    '/video': { body: 'a video' },
    '/slides': { body: pdfWith('Slides say hello') },
    '/v1/chat/completions': { body: JSON.stringify({ choices: [{ message: { content: 'From the model.' } }] }) },
    '/v1/audio/transcriptions': { body: JSON.stringify({ text: 'What was said.' }) },
  };
  site.respond(({ path }) => replies[path] ?? 404);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await site.close();
});

async function withModels(): Promise<Awaited<ReturnType<typeof sessionContext>>> {
  const endpoint = { url: `${site.url}/v1`, model: 'm', apiKey: 'secret' };
  return sessionContext({}, { languageModel: endpoint, transcriber: endpoint });
}

/** All stages of a session, one after the other. */
async function run(
  fields: Readonly<Record<string, unknown>>,
  context: HandlerContext,
  { id = 'talk-1', tenant = 'default' } = {},
): Promise<SessionDocument> {
  const data = sessionOf({ url: `${site.url}/talk`, ...fields });
  const page = await readPage({ data }, context);
  return makeDocument({ id, data, tenant }, planSteps(data, page, context.services.sessions), context);
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1));
}

function askedFor(path: string): number {
  return site.requests.filter((request) => request.path === path).length;
}

it('makes a page alone a document, the beginning of its text the summary', async () => {
  const context = await sessionContext();

  const { markdown_file, warnings, metadata } = await run({ speakers: ['Ada'] }, context);

  const markdown = await readFile(join(context.dataDirectory, markdown_file), 'utf8');
  expect(markdown_file).toBe('events/NodeConf/Main/undated-0000-time/time.md');
  expect(markdown).toMatch(/^---\nevent: "NodeConf"\n/);
  expect(markdown).toContain('# Time without ticks\n\n*Talk*\n\nSpeakers: Ada');
  expect(markdown).toContain('## Summary\n\nTicks are a habit. They end.');
  expect(warnings.map(({ code }) => code)).toEqual(['summarizer_not_configured']);
  expect(metadata).toMatchObject({ status: 'success', has_video: false, gallery_count: 0, markdown_length: markdown.length });
});

it('adds the video, the slides and what the models say, and leaves no working files', async () => {
  const context = await withModels();

  const { markdown_file, transcript_file, gallery, warnings } = await run(
    { video_url: `${site.url}/video`, attachments_url: `${site.url}/slides` },
    context,
  );

  const read = (path: string | null): Promise<Buffer> => readFile(join(context.dataDirectory, path ?? ''));
  const markdown = String(await read(markdown_file));
  expect(markdown).toContain('## Summary\n\nFrom the model.');
  expect(markdown).toContain('## Gallery\n\n![Page 1](gallery/page-001.png)');
  expect(markdown).toContain('## Slides\n\nSlides say hello');
  expect(String(await read(transcript_file))).toBe('From the model.');
  expect((await read(gallery[0] ?? null)).subarray(1, 4).toString()).toBe('PNG');
  expect(warnings).toEqual([]);
  expect(site.requests.find(({ path }) => path === '/v1/chat/completions')?.headers.authorization).toBe('Bearer secret');
  expect(await readdir(join(context.dataDirectory, 'work'))).toEqual([]);
  expect((await readdir(context.dataDirectory, { recursive: true })).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('removes what a killed attempt left a day ago, and leaves the rest to its owner', async () => {
  const context = await sessionContext();
  const [old, recent] = ['old', 'recent'].map((name) => join(context.dataDirectory, 'work', name)) as [string, string];
  await Promise.all([mkdir(old, { recursive: true }), mkdir(recent, { recursive: true })]);
  const twoDaysAgo = Date.now() / 1_000 - 2 * 24 * 3_600;
  await utimes(old, twoDaysAgo, twoDaysAgo);

  await run({}, context);

  expect(await readdir(join(context.dataDirectory, 'work'))).toEqual(['recent']);
});

it('tells of its progress, which never falls and ends at 100', async () => {
  const context = await withModels();

  await run({ video_url: `${site.url}/video`, attachments_url: `${site.url}/slides` }, context);

  const percents = context.told.map(({ percent }) => percent);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(percents.at(-1)).toBe(100);
  expect([...new Set(context.told.map(({ step }) => step))]).toEqual([
    'page',
    'video',
    'transcript',
    'translation',
    'attachments',
    'summary',
    'document',
  ]);
});

it('fetches and asks nothing again that a run had before it was interrupted', async () => {
  const context = await withModels();
  const fields = { video_url: `${site.url}/video`, attachments_url: `${site.url}/slides` };
  replies['/slides'] = 500;
  await expect(run(fields, context)).rejects.toThrow('answered 500');
  replies['/slides'] = { body: pdfWith('Slides say hello') };

  const first = await run(fields, context);
  const again = await run(fields, context);

  expect(again.gallery).toEqual(first.gallery);
  expect([askedFor('/video'), askedFor('/v1/audio/transcriptions')]).toEqual([1, 1]);
  // A failure, and the one that was read.
  expect(askedFor('/slides')).toBe(2);
  // A translation and a summary.
  expect(askedFor('/v1/chat/completions')).toBe(2);
});

it('knows a video by its content: at another address it is fetched, but not transcribed again', async () => {
  const context = await withModels();
  replies['/moved'] = { body: 'a video' };
  replies['/other'] = { body: 'another video' };
  await run({ video_url: `${site.url}/video` }, context);

  await run({ video_url: `${site.url}/moved` }, { ...context, idempotencyKey: 'of another event' });
  expect([askedFor('/moved'), askedFor('/v1/audio/transcriptions')]).toEqual([1, 1]);
  await run({ video_url: `${site.url}/other` }, { ...context, idempotencyKey: 'of a third one' });

  expect(askedFor('/v1/audio/transcriptions')).toBe(2);
});

it('records its steps with their times', async () => {
  const { steps } = await run({ video_url: `${site.url}/video` }, await withModels());

  expect(steps.map(({ step }) => step)).toEqual(['video', 'transcript', 'translation', 'summary', 'document']);
  expect(steps.every(({ seconds, started_at }) => seconds >= 0 && !Number.isNaN(Date.parse(started_at)))).toBe(true);
});

it('keeps the files of two events about one talk apart, and replaces those of the same', async () => {
  const context = await sessionContext();
  const withSlides = { attachments_url: `${site.url}/slides` };

  const first = await run(withSlides, context, { id: 'first' });
  const second = await run({}, context, { id: 'second' });
  const again = await run({ speakers: ['Ada'] }, context, { id: 'first' });

  expect(first.markdown_file).toBe('events/NodeConf/Main/undated-0000-time/time.md');
  expect(second.markdown_file).toMatch(/^events\/NodeConf\/Main\/undated-0000-time-[0-9a-f]{10}\/time\.md$/);
  expect(again.markdown_file).toBe(first.markdown_file);
  expect(await readFile(join(context.dataDirectory, first.markdown_file), 'utf8')).toContain('Speakers: Ada');
  // Without slides it has no gallery any more.
  expect((await filesIn(join(context.dataDirectory, 'events'))).filter((path) => path.includes('gallery'))).toEqual([]);
});

it('gives a place that many ask for at once to one of them', async () => {
  const { dataDirectory } = await sessionContext();
  const events = Array.from({ length: 20 }, (_, index) => ({ id: `talk-${index}`, tenant: 'default', data: sessionOf() }));

  const folders = (await Promise.all(events.map((event) => claimPaths(dataDirectory, event)))).map(({ folder }) => folder);

  expect(new Set(folders).size).toBe(20);
  expect(folders.filter((folder) => folder === 'events/NodeConf/Main/undated-0000-time')).toHaveLength(1);
});

it('writes nothing outside its folder, whatever the names are', async () => {
  const context = await sessionContext();
  const hostile = { event: '../../etc', track: '..', filename: '.. .md', session: '# [x](javascript:alert(1))' };

  await run(hostile, context, { tenant: 'acme' });

  const written = (await filesIn(context.dataDirectory)).filter((path) => !path.startsWith('cache/'));
  const folder = 'tenants/acme/events/etc/unnamed/undated-0000-unnamed';
  expect(written.toSorted()).toEqual([`${folder}/.event`, `${folder}/unnamed.md`]);
});

it("writes nothing beyond its tenant's quota, however many write at once", async () => {
  const context = await sessionContext({}, { filesQuotaBytes: 700 });
  await run({}, context, { tenant: 'other' });

  const data = sessionOf({ url: `${site.url}/talk` });
  const plan = planSteps(data, await readPage({ data }, context), context.services.sessions);

  const events = ['one', 'two', 'three', 'four'].map((id) => ({ id, data, tenant: 'default' }));
  const ends = await Promise.allSettled(events.map((event) => makeDocument(event, plan, context)));

  const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason as unknown);
  expect(refused).toHaveLength(3);
  for (const reason of refused) {
    expect(reason).toMatchObject({ code: 'quota_exceeded', message: expect.stringContaining('FILES_QUOTA_MB') });
  }
  expect((await filesIn(join(context.dataDirectory, 'events'))).filter((path) => path.endsWith('.md'))).toHaveLength(1);
});

it('needs no more room to write its files again', async () => {
  const context = await sessionContext({}, { filesQuotaBytes: 700 });

  const first = await run({}, context);
  const again = await run({}, context);

  expect(again.markdown_file).toBe(first.markdown_file);
});

it('does not translate what is in the wanted language', async () => {
  const context = await withModels();

  const { transcript_file } = await run({ video_url: `${site.url}/video`, source_language: 'DE', target_language: 'de' }, context);

  expect(await readFile(join(context.dataDirectory, transcript_file ?? ''), 'utf8')).toBe('What was said.');
});

it('fails a session with a video where nothing can transcribe it', async () => {
  const failed = run({ video_url: `${site.url}/video` }, await sessionContext());

  await expect(failed).rejects.toMatchObject({ code: 'transcriber_not_configured' });
  expect(askedFor('/video')).toBe(0);
});

it('warns instead where the session says that it is optional', async () => {
  const { warnings, transcript_file } = await run({ video_url: `${site.url}/video`, optional: true }, await sessionContext());

  expect(warnings.map(({ code }) => code)).toEqual(['transcriber_not_configured', 'summarizer_not_configured']);
  expect(transcript_file).toBeNull();
});

it('warns of a page without any text', async () => {
  replies['/talk'] = { headers: { 'content-type': 'text/html' }, body: '<html><body><div id="app"></div></body></html>' };

  const { warnings } = await run({}, await withModels());

  expect(warnings).toMatchObject([{ code: 'page_without_text' }]);
});

it('has a gallery, but no text, of slides that were scanned', async () => {
  const context = await sessionContext();
  replies['/slides'] = { body: pdfWith(null) };

  const { gallery, markdown_file } = await run({ attachments_url: `${site.url}/slides` }, context);

  expect(gallery).toHaveLength(1);
  expect(await readFile(join(context.dataDirectory, markdown_file), 'utf8')).not.toContain('## Slides');
});

it.each<[string, Reply, string]>([
  ['are broken', { body: '%PDF-1.4 and then nothing' }, 'pdf_broken'],
  ['are no PDF', { body: '<html>' }, 'pdf_broken'],
  ['need a password', { body: pdfWith('secret', { encrypted: true }) }, 'pdf_encrypted'],
  ['are not there', 404, 'http_404'],
])('fails without a document when the slides %s', async (_how, reply, code) => {
  const context = await sessionContext();
  replies['/slides'] = reply;

  await expect(run({ attachments_url: `${site.url}/slides` }, context)).rejects.toMatchObject({ code });
  expect(await readdir(context.dataDirectory)).not.toContain('events');
});

it.each<[string, Reply, object]>([
  ['is busy', { status: 429, headers: { 'retry-after': '3' } }, { name: 'RetryLaterError', afterMs: 3_000 }],
  ['is overloaded', 503, { name: 'RetryLaterError', afterMs: 10_000 }],
  ['fails', 500, { name: 'Error' }],
  ['refuses', 401, { name: 'PermanentError', code: 'model_refused' }],
  ['answers something else', { body: '{"hello":1}' }, { message: "the model's endpoint gave an answer of another shape than OpenAI's" }],
  ['answers no JSON', { body: '<html>' }, { message: "the model's endpoint gave an answer of another shape than OpenAI's" }],
])('says so when the model %s', async (_how, reply, failure) => {
  replies['/v1/chat/completions'] = reply;

  await expect(run({}, await withModels())).rejects.toMatchObject(failure);
});
