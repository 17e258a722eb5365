// The process in which `readApart` has pages and PDFs read, one after the other.
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { PermanentError } from '../../domain/handler-errors.ts';
import type { ReaderMessage, ReadJob } from './read-apart.ts';
import { readPdf } from './read-pdf.ts';
import { readableText } from './readable-text.ts';

// It counts the memory that the heap's own limit doesn't know of, and sees that nobody waits any more, from a thread that
// is free while the main one is kept busy.
const [, , maxBytes = ''] = process.argv;
const watchman = `
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    if (process.memoryUsage.rss() > ${Number(maxBytes)}) process.kill(process.pid, 'SIGABRT');
  }, 100);
`;
new Worker(watchman, { eval: true }).unref();

process.on('disconnect', () => process.exit());
process.on('message', (job: ReadJob) => {
  read(job).then(
    (content) => tell({ kind: 'done', content, bytes: process.memoryUsage.rss() }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      tell({ kind: 'failed', code: error instanceof PermanentError ? error.code : null, message, bytes: process.memoryUsage.rss() });
    },
  );
});

async function read(job: ReadJob): Promise<unknown> {
  if (job.kind === 'page') return readableText(job.html);
  return readPdf(new Uint8Array(await readFile(job.path)), (number, of) => tell({ kind: 'page', number, of }));
}

function tell(message: ReaderMessage): void {
  process.send?.(message);
}
