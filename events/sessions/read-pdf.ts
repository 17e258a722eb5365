import { setImmediate } from 'node:timers/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { PermanentError } from '../../domain/handler-errors.ts';

export interface PdfPage {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** A PNG; null beyond the first pages, and where this machine can't draw. */
  readonly preview: Uint8Array | null;
}

export interface Pdf {
  readonly pageCount: number;
  pages(): AsyncIterable<PdfPage>;
  close(): Promise<void>;
}

const MAX_PAGES = 500;
const MAX_PREVIEWS = 20;
const PREVIEW_WIDTH = 800;
const MAX_PREVIEW_HEIGHT = 2_000;

const packageFolder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** Opens a PDF, at most its first 500 pages. @throws PermanentError `pdf_encrypted` or `pdf_broken` */
export async function readPdf(data: Uint8Array): Promise<Pdf> {
  const task = getDocument({
    data,
    isEvalSupported: false,
    stopAtErrors: false,
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
  const pageCount = Math.min(document.numPages, MAX_PAGES);

  async function* pages(): AsyncIterable<PdfPage> {
    for (let number = 1; number <= pageCount; number += 1) {
      // Heartbeats and other events get their turn between pages.
      await setImmediate();
      try {
        const page = await document.getPage(number);
        const { items } = await page.getTextContent();
        const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
        const preview = number <= MAX_PREVIEWS ? await draw(page) : null;
        page.cleanup();
        yield { number, text: text.trim(), preview };
      } catch (error) {
        throw new PermanentError('pdf_broken', `page ${number} of the PDF can't be read`, { cause: error });
      }
    }
  }

  type Page = Awaited<ReturnType<typeof document.getPage>>;

  async function draw(page: Page): Promise<Uint8Array | null> {
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

  return { pageCount, pages, close: () => task.destroy() };
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
