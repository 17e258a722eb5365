import type { HandledEvent, HandlerContext } from 'tickless';
import { PermanentError } from 'tickless';
import { decodePage } from './decode-page.ts';
import { readPageApart } from './read-apart.ts';
import type { SessionData } from './session-data.ts';
import { createStepCache, digestOf } from './step-cache.ts';

/** What is known of a talk's page; its text is kept beside it, under its digest. */
export interface Page {
  readonly url: string;
  readonly title: string;
  readonly textDigest: string;
  readonly characters: number;
}

const PAGE_TIMEOUT_MS = 30_000;
// At this size an honest page is read within about a second.
const MAX_PAGE_BYTES = 5 * 1024 * 1024;
const MAX_READING_CPU_MS = 20_000;

/**
 * Fetches the talk's page and keeps its readable text.
 * @throws PermanentError `not_a_page`, `unreadable` and those of `FetchForEvent`
 */
export async function readPage({ data }: Pick<HandledEvent<SessionData>, 'data'>, context: HandlerContext): Promise<Page> {
  context.heartbeat({ step: 'page', percent: 0, message: 'fetching the page' });
  const limits = { maxBytes: MAX_PAGE_BYTES, timeoutMs: PAGE_TIMEOUT_MS, signal: context.signal };
  const { url, contentType, body } = await context.fetch(data.url, limits);
  if (!isText(contentType)) throw new PermanentError('not_a_page', `"${url}" is "${contentType}", not a page`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const html = decodePage(Buffer.concat(chunks), contentType);
  const { title, text } = await readPageApart(html, { maxCpuMs: MAX_READING_CPU_MS, signal: context.signal });
  const textDigest = digestOf(text);
  await createStepCache(context.dataDirectory).keep('page', [textDigest], text);
  return { url, title: title.slice(0, 1_000), textDigest, characters: text.length };
}

function isText(contentType: string): boolean {
  return contentType === '' || /^\s*(text\/|application\/xhtml\+xml)/i.test(contentType);
}
