import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import type { HandledEvent, HandlerContext } from '../../domain/define-event.ts';
import { PermanentError } from '../../domain/handler-errors.ts';
import { decodePage } from './decode-page.ts';
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
// Parsing holds up the process: at this size for about a second.
const MAX_PAGE_BYTES = 5 * 1024 * 1024;

/**
 * Fetches the talk's page and keeps its readable text.
 * @throws PermanentError `not_a_page` and those of `FetchForEvent`
 */
export async function readPage({ data }: Pick<HandledEvent<SessionData>, 'data'>, context: HandlerContext): Promise<Page> {
  context.heartbeat({ step: 'page', percent: 0, message: 'fetching the page' });
  const limits = { maxBytes: MAX_PAGE_BYTES, timeoutMs: PAGE_TIMEOUT_MS, signal: context.signal };
  const { url, contentType, body } = await context.fetch(data.url, limits);
  if (!isText(contentType)) throw new PermanentError('not_a_page', `"${url}" is "${contentType}", not a page`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const { title, text } = readableText(decodePage(Buffer.concat(chunks), contentType));
  const textDigest = digestOf(text);
  await createStepCache(context.dataDirectory)('page', [textDigest], async () => text);
  return { url, title: title.slice(0, 1_000), textDigest, characters: text.length };
}

function isText(contentType: string): boolean {
  return contentType === '' || /^\s*(text\/|application\/xhtml\+xml)/i.test(contentType);
}

function readableText(html: string): { readonly title: string; readonly text: string } {
  const { document } = parseHTML(html);
  // Not HTML at all: plain text is its own readable text.
  if (document.documentElement === null) return { title: '', text: tidy(html) };
  const article = new Readability(document).parse();
  const title = article?.title ?? '';
  return { title, text: tidy(article?.textContent ?? '') };
}

function tidy(text: string): string {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*\n */g, '\n\n')
    .trim();
}
