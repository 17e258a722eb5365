import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { PermanentError } from 'tickless';
import type { OnPage, PdfContent } from './read-pdf.ts';
import type { ReadableText } from './readable-text.ts';

export interface ReadLimits {
  /** Of the reader's process as a whole. */
  readonly maxBytes: number;
  /** Of the processor's time. */
  readonly maxCpuMs: number;
}

export type ReadJob = { readonly limits: ReadLimits } & (
  | { readonly kind: 'page'; readonly html: string }
  | { readonly kind: 'pdf'; readonly path: string }
);

export type ReaderMessage =
  | { readonly kind: 'page'; readonly number: number; readonly of: number }
  | ({ readonly bytes: number } & (
      | { readonly kind: 'done'; readonly content: unknown }
      | { readonly kind: 'failed'; readonly code: string | null; readonly message: string }
    ));

export interface ReadOptions extends Pick<ReadLimits, 'maxCpuMs'> {
  /** 1 GB by default. */
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
  readonly onPage?: OnPage;
}

const MAX_BYTES = 1024 * 1024 * 1024;
const MAX_HEAP_MB = 512;
const REUSED_BELOW_BYTES = MAX_BYTES / 4;
const IDLE_MS = 10_000;
// Ends that come of what is read; a crash is one of a library's native code.
const CRASH = 'it makes its reader crash';
const ITS_OWN_FAULT: Readonly<Record<string, string>> = {
  SIGXCPU: 'it keeps its reader busy for too long',
  SIGABRT: 'reading it takes more memory than there is for it',
  SIGTRAP: 'reading it takes more memory than there is for it',
  SIGILL: CRASH,
  SIGSEGV: CRASH,
  SIGBUS: CRASH,
};

const entry = import.meta.url.endsWith('.ts') ? './reader-from-source.mjs' : './reader-process.js';

/** Reads a page; errors as below. */
export async function readPageApart(html: string, options: ReadOptions): Promise<ReadableText> {
  return (await readApart({ kind: 'page', html, limits: toLimits(options) }, options)) as ReadableText;
}

/** Reads a PDF; errors as below, and those of `readPdf`. */
export async function readPdfApart(path: string, options: ReadOptions): Promise<PdfContent> {
  return (await readApart({ kind: 'pdf', path, limits: toLimits(options) }, options)) as PdfContent;
}

/**
 * Reads what strangers wrote in another process: a few kilobytes can keep a parser busy for minutes or fill the memory,
 * and nothing but its process would notice.
 * @throws PermanentError `unreadable`, when it takes too long or too much memory, or makes the parser fail
 */
function readApart(job: ReadJob, { signal, onPage }: Pick<ReadOptions, 'signal' | 'onPage'>): Promise<unknown> {
  signal.throwIfAborted();
  const reader = idle.take() ?? startReader();
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      settle(() => reject(reason));
      reader.kill('SIGKILL');
    };
    const onAbort = (): void => giveUp(signal.reason);
    const onError = (error: Error): void => giveUp(error);
    const onExit = (code: number | null, killedBy: string | null): void => {
      const fault = ITS_OWN_FAULT[killedBy ?? ''];
      const error = fault === undefined ? new Error(`the reader ended with ${killedBy ?? code}`) : new PermanentError('unreadable', fault);
      settle(() => reject(error));
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
    const settle = (end: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      reader.off('message', onMessage).off('exit', onExit).off('error', onError);
      end();
    };
    signal.addEventListener('abort', onAbort);
    reader.on('message', onMessage).on('exit', onExit).on('error', onError);
    reader.send(job);
  });
}

function toLimits({ maxBytes = MAX_BYTES, maxCpuMs }: ReadOptions): ReadLimits {
  return { maxBytes, maxCpuMs };
}

function startReader(): ChildProcess {
  const reader = fork(new URL(entry, import.meta.url), {
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
