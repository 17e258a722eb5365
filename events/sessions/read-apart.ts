import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { PermanentError } from '../../domain/handler-errors.ts';
import type { OnPage, PdfContent } from './read-pdf.ts';
import type { ReadableText } from './readable-text.ts';

export type ReadJob = { readonly kind: 'page'; readonly html: string } | { readonly kind: 'pdf'; readonly path: string };

export type ReaderMessage =
  | { readonly kind: 'page'; readonly number: number; readonly of: number }
  | ({ readonly bytes: number } & (
      | { readonly kind: 'done'; readonly content: unknown }
      | { readonly kind: 'failed'; readonly code: string | null; readonly message: string }
    ));

export interface ReadOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onPage?: OnPage;
}

// Of the whole process, and of its heap alone.
const MAX_BYTES = 1024 * 1024 * 1024;
const MAX_HEAP_MB = 512;
const REUSED_BELOW_BYTES = MAX_BYTES / 4;
const IDLE_MS = 10_000;
// Ends that come of what is read: the heap or the memory is full, or a library's native code has crashed.
const ITS_OWN_FAULT: ReadonlySet<string | null> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGSEGV', 'SIGBUS']);

const entry = import.meta.url.endsWith('.ts') ? './reader-from-source.mjs' : './reader-process.js';

/** Reads a page; errors as below. */
export async function readPageApart(html: string, options: ReadOptions): Promise<ReadableText> {
  return (await readApart({ kind: 'page', html }, options)) as ReadableText;
}

/** Reads a PDF; errors as below, and those of `readPdf`. */
export async function readPdfApart(path: string, options: ReadOptions): Promise<PdfContent> {
  return (await readApart({ kind: 'pdf', path }, options)) as PdfContent;
}

/**
 * Reads what strangers wrote in another process: a few kilobytes can keep a parser busy for minutes or fill the memory,
 * and nothing but its process would notice.
 * @throws PermanentError `unreadable`, when it takes too long or too much memory
 */
function readApart(job: ReadJob, { timeoutMs, signal, onPage }: ReadOptions): Promise<unknown> {
  signal.throwIfAborted();
  const reader = idle.take() ?? startReader();
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      settle(() => reject(reason));
      reader.kill('SIGKILL');
    };
    const onAbort = (): void => giveUp(signal.reason);
    const onError = (error: Error): void => giveUp(error);
    const onExit = (code: number | null, ended: string | null): void => {
      const unreadable = new PermanentError('unreadable', 'reading it takes more memory than there is for it');
      settle(() => reject(ITS_OWN_FAULT.has(ended) ? unreadable : new Error(`the reader ended with ${ended ?? code}`)));
    };
    const onMessage = (message: ReaderMessage): void => {
      if (message.kind === 'page') return onPage?.(message.number, message.of);
      settle(() => {
        if (message.kind === 'done') resolve(message.content);
        else reject(message.code === null ? new Error(message.message) : new PermanentError(message.code, message.message));
      });
      // What it left in memory would be held against the next one.
      if (message.bytes > REUSED_BELOW_BYTES) reader.kill('SIGKILL');
      else idle.put(reader);
    };
    const tooSlow = `reading it takes more than ${timeoutMs / 1_000} s`;
    const deadline = setTimeout(() => giveUp(new PermanentError('unreadable', tooSlow)), timeoutMs);
    const settle = (end: () => void): void => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      reader.off('message', onMessage).off('exit', onExit).off('error', onError);
      end();
    };
    signal.addEventListener('abort', onAbort);
    reader.on('message', onMessage).on('exit', onExit).on('error', onError);
    reader.send(job);
  });
}

function startReader(): ChildProcess {
  const reader = fork(new URL(entry, import.meta.url), [String(MAX_BYTES)], {
    execArgv: [`--max-old-space-size=${MAX_HEAP_MB}`],
    // Nothing that a library's fault could give away.
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Also of one that nobody uses just now.
  return reader.on('error', () => undefined).on('exit', () => idle.forget(reader));
}

/** Readers that have nothing to do, kept for a moment, as most pages are small. They keep no process alive. */
const idle = createIdle();

function createIdle() {
  const readers = new Map<ChildProcess, NodeJS.Timeout>();
  const forget = (reader: ChildProcess): void => {
    clearTimeout(readers.get(reader));
    readers.delete(reader);
  };
  return {
    forget,
    take(): ChildProcess | undefined {
      const [reader] = readers.keys();
      if (reader === undefined) return undefined;
      forget(reader);
      reader.ref();
      reader.channel?.ref();
      return reader;
    },
    put(reader: ChildProcess): void {
      reader.unref();
      reader.channel?.unref();
      const end = setTimeout(() => {
        forget(reader);
        reader.kill('SIGKILL');
      }, IDLE_MS);
      readers.set(reader, end.unref());
    },
  };
}
