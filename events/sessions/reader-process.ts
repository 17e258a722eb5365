// The process in which `readApart` has pages and PDFs read, one after the other.
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { PermanentError } from 'tickless';
import type { ReaderMessage, ReadJob, ReadLimits } from './read-apart.ts';
import { readPdf } from './read-pdf.ts';
import { readableText } from './readable-text.ts';

// It watches from a thread that is free while the main one is kept busy: the memory, of which the heap's own limit knows a
// part only; the processor's time, which unlike a clock is the same on a busy machine; and whether anybody waits any more.
const watchman = new Worker(
  `
  const { parentPort } = require('node:worker_threads');
  const parent = process.ppid;
  const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
  let most = { bytes: Infinity, cpuMs: Infinity };
  parentPort.on('message', ({ maxBytes, maxCpuMs }) => (most = { bytes: maxBytes, cpuMs: cpuMs() + maxCpuMs }));
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    if (process.memoryUsage.rss() > most.bytes) process.kill(process.pid, 'SIGABRT');
    if (cpuMs() > most.cpuMs) process.kill(process.pid, 'SIGXCPU');
  }, 100);
`,
  { eval: true },
);
watchman.unref();
const NO_LIMITS: ReadLimits = { maxBytes: Infinity, maxCpuMs: Infinity };

process.on('disconnect', () => process.exit());
process.on('message', (job: ReadJob) => {
  limitTo(job.limits);
  read(job).then(
    (content) => tell({ kind: 'done', content, bytes: process.memoryUsage.rss() }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      tell({ kind: 'failed', code: error instanceof PermanentError ? error.code : null, message, bytes: process.memoryUsage.rss() });
    },
  );
});

async function read(job: ReadJob): Promise<unknown> {
  if (job.kind === 'page') {
    return readableText(job.html).catch((error: unknown) => {
      // Such as a stack that overflows: it would be the same the next time.
      throw new PermanentError('unreadable', "the page can't be parsed", { cause: error });
    });
  }
  return readPdf(new Uint8Array(await readFile(job.path)), (number, of) => tell({ kind: 'page', number, of }));
}

function limitTo(limits: ReadLimits): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that of windows
  watchman.postMessage(limits);
}

function tell(message: ReaderMessage): void {
  if (message.kind !== 'page') limitTo(NO_LIMITS);
  process.send?.(message);
}
