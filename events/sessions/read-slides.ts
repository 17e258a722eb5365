import { join } from 'node:path';
import { download } from './download.ts';
import { makeOfFile } from './make-of-file.ts';
import { readPdfApart } from './read-apart.ts';
import type { StepTools } from './step-tools.ts';

export interface Slides {
  readonly text: string;
  /** PNGs of the first pages, in base64. */
  readonly previews: readonly string[];
  /** There is more of them than was read. */
  readonly isCut: boolean;
}

const MAX_BYTES = 100 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 5 * 60_000;
const MAX_READING_CPU_MS = 2 * 60_000;

/** Fetches and reads a talk's slides. @throws PermanentError `pdf_broken`, `pdf_encrypted` or `unreadable` */
export async function readSlides(url: string, { context, cache, work, tell }: StepTools): Promise<Slides> {
  const { signal, idempotencyKey } = context;
  const file = join(work, 'attachment');
  tell('attachments', 0, 'fetching the slides');
  const kept = await makeOfFile(cache, {
    step: 'attachments',
    input: [],
    url,
    idempotencyKey,
    fetchFile: () =>
      download(context.fetch, { url, to: file, maxBytes: MAX_BYTES, timeoutMs: FETCH_TIMEOUT_MS, signal, onBytes: () => undefined }),
    make: async () => {
      const { text, previews, isCut } = await readPdfApart(file, {
        ...{ maxCpuMs: MAX_READING_CPU_MS, signal },
        onPage: (number, of) => tell('attachments', (100 * number) / of, `read page ${number} of ${of}`),
      });
      return JSON.stringify({ text, previews: previews.map((preview) => Buffer.from(preview).toString('base64')), isCut });
    },
  });
  return JSON.parse(kept) as Slides;
}
