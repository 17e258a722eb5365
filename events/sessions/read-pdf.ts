import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PermanentError } from 'tickless';

export interface PdfContent {
  readonly text: string;
  /** PNGs of the first pages, in order. */
  readonly previews: readonly Uint8Array[];
  /** There is more of it than was read. */
  readonly isCut: boolean;
}

/** Told after each page, from 1. */
export type OnPage = (number: number, of: number) => void;

const MAX_PAGES = 500;
const MAX_CHARACTERS = 2_000_000;
const MAX_PREVIEWS = 20;
const MAX_PREVIEW_BYTES = 16 * 1024 * 1024;
const PREVIEW_WIDTH = 800;
const MAX_PREVIEW_HEIGHT = 2_000;
// A picture with more is left out of its preview: written out it would have 4 bytes each.
const MAX_PIXELS = 40_000_000;

const packageFolder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** Reads a PDF, at most its first 500 pages. @throws PermanentError `pdf_encrypted` or `pdf_broken` */
export async function readPdf(data: Uint8Array, onPage: OnPage): Promise<PdfContent> {
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = getDocument({
    data,
    isEvalSupported: false,
    stopAtErrors: false,
    maxImageSize: MAX_PIXELS,
    verbosity: VerbosityLevel.ERRORS,
    standardFontDataUrl: join(packageFolder, 'standard_fonts/'),
    cMapUrl: join(packageFolder, 'cmaps/'),
    wasmUrl: join(packageFolder, 'wasm/'),
  });
  const document = await task.promise.catch((error: unknown) => {
    const encrypted = error instanceof Error && error.name === 'PasswordException';
    throw encrypted
      ? new PermanentError('pdf_encrypted', 'the PDF needs a password', { cause: error })
      : new PermanentError('pdf_broken', 'the attachment is not a PDF that can be read', { cause: error });
  });

  type Page = Awaited<ReturnType<typeof document.getPage>>;

  async function draw(page: Page): Promise<Uint8Array> {
    const canvasFactory = document.canvasFactory as CanvasFactory;
    const natural = page.getViewport({ scale: 1 });
    const scale = Math.min(PREVIEW_WIDTH / natural.width, MAX_PREVIEW_HEIGHT / natural.height);
    const viewport = page.getViewport({ scale });
    const drawing = canvasFactory.create(Math.ceil(viewport.width), Math.ceil(viewport.height));
    try {
      await page.render({ canvas: null, canvasContext: drawing.context, viewport }).promise;
      return drawing.canvas.toBuffer('image/png');
    } finally {
      canvasFactory.destroy(drawing);
    }
  }

  const pages = Math.min(document.numPages, MAX_PAGES);
  const texts: string[] = [];
  const previews: Uint8Array[] = [];
  let characters = 0;
  let previewBytes = 0;
  try {
    for (let number = 1; number <= pages && characters < MAX_CHARACTERS; number += 1) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
      texts.push(text.trim());
      characters += text.length;
      if (number <= MAX_PREVIEWS && previewBytes < MAX_PREVIEW_BYTES) {
        const preview = await draw(page);
        previews.push(preview);
        previewBytes += preview.byteLength;
      }
      page.cleanup();
      onPage(number, pages);
    }
  } catch (error) {
    throw new PermanentError('pdf_broken', `page ${texts.length + 1} of the PDF can't be read`, { cause: error });
  } finally {
    await task.destroy();
  }
  const text = texts.filter((one) => one !== '').join('\n\n');
  return { text: text.slice(0, MAX_CHARACTERS), previews, isCut: texts.length < document.numPages || text.length > MAX_CHARACTERS };
}

/** What pdf.js draws on outside browsers: @napi-rs/canvas, which it brings with it. */
interface CanvasFactory {
  create(width: number, height: number): Drawing;
  destroy(drawing: Drawing): void;
}

interface Drawing {
  readonly canvas: { toBuffer(type: 'image/png'): Uint8Array };
  readonly context: object;
}
