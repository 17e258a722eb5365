import { afterEach, beforeEach, expect, it } from 'vitest';
import { RetryLaterError } from '../../../domain/handler-errors.ts';
import { readPage } from '../../../events/sessions/read-page.ts';
import { createStepCache } from '../../../events/sessions/step-cache.ts';
import { startReceiver } from '../../support/receiver.ts';
import type { Answer, Receiver, Reply } from '../../support/receiver.ts';
import { localFetch, sessionContext, sessionOf } from './sample-session.ts';

let site: Receiver;

beforeEach(async () => {
  site = await startReceiver();
});
afterEach(() => site.close());

const STORY = 'Ticks are a habit, and durable timers need none of them. '.repeat(8);

function page(contentType: string, body: string | Buffer): Answer {
  return { headers: { 'content-type': contentType }, body };
}

function html(text: string, head = ''): string {
  return `<!doctype html><html><head>${head}<title>Talk</title></head><body><nav>Menu</nav><article><h1>Talk</h1><p>${text}</p></article></body></html>`;
}

/** What readPage makes of a site that answers so. */
async function read(reply: Reply): Promise<string> {
  site.respond(() => reply);
  const context = await sessionContext();
  const { textDigest } = await readPage({ data: sessionOf({ url: `${site.url}/talk` }) }, context);
  return (await createStepCache(context.dataDirectory).recall('page', [textDigest])) ?? 'the text was not kept';
}

it.each<[string, Answer]>([
  ['UTF-8 by default', page('text/html', html(`${STORY} Größe`))],
  ['what the server says', page('text/html; charset=windows-1252', Buffer.from(html(`${STORY} Größe`), 'latin1'))],
  ['what the page says', page('text/html', Buffer.from(html(`${STORY} Größe`, '<meta charset="iso-8859-1">'), 'latin1'))],
  ['its byte order mark', page('text/html', Buffer.from(`\ufeff${html(`${STORY} Größe`)}`, 'utf16le'))],
  ['UTF-8 where the charset is unknown', page('text/html; charset=klingon', html(`${STORY} Größe`))],
])('decodes a page by %s', async (_how, reply) => {
  const text = await read(reply);

  expect(text).toContain('Größe');
  expect(text).not.toContain('Menu');
});

it('keeps apart what stands below each other', async () => {
  const body = `<article><h2>On time</h2><p>${STORY}</p><p>First<br>second</p><pre>One</pre></article>`;

  const text = await read(page('text/html', `<html><head><title>Talk</title></head><body>${body}</body></html>`));

  expect(text).toBe(`On time\n\n${STORY.trim()}\n\nFirst\nsecond\n\nOne`);
});

it.each<[string, string]>([
  ['neither html nor body', `<!doctype html><title>Talk</title><p>${STORY}</p>`],
  ['no body', `<html><head><title>Talk</title></head><p>${STORY}</p></html>`],
  ['a few words', '<html><head><title>Talk</title></head><body><script>x()</script><ul><li>One<li>Two</ul></body></html>'],
])('reads a page with %s', async (_what, body) => {
  site.respond(() => page('text/html', body));
  const context = await sessionContext();

  const { title, textDigest } = await readPage({ data: sessionOf({ url: site.url }) }, context);

  expect(title).toBe('Talk');
  expect(await createStepCache(context.dataDirectory).recall('page', [textDigest])).toMatch(
    /^(Ticks are a habit.*none of them\.|One\s+Two)$/,
  );
});

it('takes plain text as it is', async () => {
  expect(await read(page('text/plain', 'Just a text.'))).toContain('Just a text.');
});

it('has an empty text for a page without any', async () => {
  expect(await read(page('text/html', ''))).toBe('');
});

it.each<[string, Reply, string]>([
  ['is not there', 404, 'http_404'],
  ['is forbidden', 403, 'http_403'],
  ['is no page', page('image/png', 'x'), 'not_a_page'],
  ['is too large', page('text/html', Buffer.alloc(6 * 1024 * 1024, 'x')), 'too_large'],
  ['redirects without end', { status: 302, headers: { location: '/talk' } }, 'redirect'],
  ['redirects to a private address', { status: 302, headers: { location: 'http://169.254.169.254/' } }, 'fetch_refused'],
  ['redirects to a file', { status: 302, headers: { location: 'file:///etc/passwd' } }, 'fetch_refused'],
])('gives up for good on a page that %s', async (_how, reply, code) => {
  await expect(read(reply)).rejects.toMatchObject({ name: 'PermanentError', code });
});

it.each<[string, Reply]>([
  ['answers 500', 500],
  ['breaks off', 'reset'],
])('leaves it to a retry when the site %s', async (_how, reply) => {
  const failure = await read(reply).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toHaveProperty('code');
});

it('comes back when the site asks for patience', async () => {
  const failure = await read({ status: 429, headers: { 'retry-after': '7' } }).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(RetryLaterError);
  expect(failure).toMatchObject({ afterMs: 7_000 });
});

it('follows a redirect, and says where the page was', async () => {
  site.respond(({ path }) => (path === '/talk' ? { status: 301, headers: { location: '/new' } } : page('text/html', html(STORY))));

  const found = await readPage({ data: sessionOf({ url: `${site.url}/talk` }) }, await sessionContext());

  expect(found).toMatchObject({ url: `${site.url}/new`, title: 'Talk' });
});

it('does not wait for a page that hangs', async () => {
  site.respond(() => 'hang');
  const fetch = localFetch();

  const fetched = fetch(site.url, { maxBytes: 10, timeoutMs: 50, signal: new AbortController().signal });

  await expect(fetched).rejects.toThrow('was not there within 50 ms');
});

it('stops when the event is cancelled', async () => {
  site.respond(() => 'hang');
  const cancelled = new Error('cancelled');
  const controller = new AbortController();
  const context = await sessionContext({ signal: controller.signal });
  const reading = readPage({ data: sessionOf({ url: site.url }) }, context);

  controller.abort(cancelled);

  await expect(reading).rejects.toBe(cancelled);
});

it('connects to no address that callbacks may not go to', async () => {
  const context = await sessionContext({ fetch: localFetch([]) });

  await expect(readPage({ data: sessionOf({ url: site.url }) }, context)).rejects.toMatchObject({ code: 'fetch_refused' });
  expect(site.sockets.opened).toBe(0);
});
