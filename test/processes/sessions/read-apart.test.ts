import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { readPageApart, readPdfApart } from '../../../events/sessions/read-apart.ts';
import { pdfOf, pdfWith } from '../../support/pdf-samples.ts';

const unending = new AbortController().signal;
const patient = { maxCpuMs: 60_000, signal: unending };

async function fileWith(content: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tickless-pdf-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'slides');
  await writeFile(path, content);
  return path;
}

/** A page that parsers go through again for each of its depths. */
const HOSTILE = '<div>'.repeat(200_000);

it('gives up on a page that keeps its reader busy, and is free meanwhile', async () => {
  let beats = 0;
  const beating = setInterval(() => (beats += 1), 10);
  onTestFinished(() => clearInterval(beating));

  await expect(readPageApart(HOSTILE, { maxCpuMs: 300, signal: unending })).rejects.toMatchObject({ code: 'unreadable' });

  expect(beats).toBeGreaterThan(2);
});

it('stops in the middle when the event is cancelled, and reads the next one', async () => {
  const cancelled = new Error('cancelled');
  const controller = new AbortController();
  const reading = readPageApart(HOSTILE, { maxCpuMs: 60_000, signal: controller.signal });
  setTimeout(() => controller.abort(cancelled), 50);

  await expect(reading).rejects.toBe(cancelled);
  expect(await readPageApart('Just a text.', patient)).toEqual({ title: '', text: 'Just a text.' });
});

it('gives up on a PDF that fills the memory', async () => {
  // Blocks of a kilobyte that become 1 MB each, and 4 GB in all.
  const block = deflateRawSync(Buffer.alloc(1024 ** 2, ' '), { finishFlush: constants.Z_FULL_FLUSH });
  const stream = Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array.from({ length: 4_096 }, () => block)]);
  const bomb = pdfOf(stream, '/Filter /FlateDecode');

  await expect(readPdfApart(await fileWith(bomb), { ...patient, maxBytes: 300 * 1024 ** 2 })).rejects.toMatchObject({ code: 'unreadable' });
});

it('gives the text and pictures of a PDF, page by page', async () => {
  const pages: number[] = [];

  const { text, previews, isCut } = await readPdfApart(await fileWith(pdfWith('Slides say hello')), {
    ...patient,
    onPage: (number, of) => pages.push(number, of),
  });

  expect(text).toBe('Slides say hello');
  expect(previews.map((preview) => Buffer.from(preview).subarray(1, 4).toString())).toEqual(['PNG']);
  expect(pages).toEqual([1, 1]);
  expect(isCut).toBe(false);
});

it('reads the first 500 pages, draws the first 20, and says that there are more', async () => {
  const { text, previews, isCut } = await readPdfApart(await fileWith(pdfWith('A page.', { pages: 501 })), patient);

  expect(text.split('\n\n')).toHaveLength(500);
  expect(previews).toHaveLength(20);
  expect(isCut).toBe(true);
});
