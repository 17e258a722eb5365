import { UnreadableBodyError } from './body-errors.ts';

// What Node gives a whole request, unless it is told that some may take longer.
const WHOLE_WITHIN_MS = 300_000;
const PART_WITHIN_MS = 60_000;

/** What is read of a body that is to be there as a whole. @throws UnreadableBodyError when it takes too long */
export function inTime<T>(reading: Promise<T>): Promise<T> {
  return orTimeout(reading, WHOLE_WITHIN_MS, `the body took more than ${WHOLE_WITHIN_MS / 1_000} s`);
}

/**
 * The parts of a body that may come for as long as it likes, but not without anything for a minute. Only the wait for its sender
 * counts: whoever keeps what comes takes as long as that takes.
 * @throws UnreadableBodyError when nothing comes
 */
export async function* partsInTime(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Not cancelled at an early end: that would close the connection before the answer is written.
  const reader = body.getReader();
  while (true) {
    const { done, value } = await orTimeout(reader.read(), PART_WITHIN_MS, `nothing of the body came for ${PART_WITHIN_MS / 1_000} s`);
    if (done) return;
    yield value;
  }
}

async function orTimeout<T>(reading: Promise<T>, ms: number, detail: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new UnreadableBodyError('request_timeout', detail)), ms);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
