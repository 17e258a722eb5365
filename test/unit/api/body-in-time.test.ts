import { afterEach, expect, it, vi } from 'vitest';
import { partsInTime } from '../../../api/body-in-time.ts';
import { createApiUnderTest, expectProblem, JSON_HEADERS } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';

afterEach(() => vi.useRealTimers());

const LINES = { 'content-type': 'application/x-ndjson' };
const JOY = '{"type":"joy","data":{"intensity":0.3}}';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A body that begins and never ends. */
function unending(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(bytes(text)) });
}

it.each([
  ['an event without a length', '/v1/events', JSON_HEADERS, 300_000],
  ['an event with its length', '/v1/events', { ...JSON_HEADERS, 'content-length': '100' }, 300_000],
  ['a batch', '/v1/batches', JSON_HEADERS, 300_000],
  ['lines', '/v1/batches', LINES, 60_000],
  ['encoded lines', '/v1/batches', { ...LINES, 'content-encoding': 'gzip' }, 60_000],
])('answers 408 where %s never comes to an end', async (_what, path, headers, ms) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const memory = startMemoryApp();
  const sent = createApiUnderTest(() => memory).send('POST', path, { headers, body: unending('{'), duplex: 'half' });
  for (let passed = 0; passed < ms; passed += 10_000) await vi.advanceTimersByTimeAsync(10_000);
  expectProblem(await sent, 408, 'request_timeout');
  vi.useRealTimers();
  await memory.stop();
});

it('takes lines for as long as they come', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const memory = startMemoryApp();
  let lines = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 50_000));
      lines += 1;
      controller.enqueue(bytes(`${JOY}\n`));
      if (lines === 20) controller.close();
    },
  });
  const sent = createApiUnderTest(() => memory).send('POST', '/v1/batches', { headers: LINES, body, duplex: 'half' });
  for (let passed = 0; passed < 21; passed += 1) await vi.advanceTimersByTimeAsync(50_000);
  expect(await sent).toMatchObject({ status: 202, body: { total: 20 } });
  vi.useRealTimers();
  await memory.stop();
});

it('does not count the time that its reader takes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const parts = partsInTime(unending('a'));
  expect(await parts.next()).toMatchObject({ value: bytes('a') });
  await vi.advanceTimersByTimeAsync(600_000);
  const next = expect(parts.next()).rejects.toMatchObject({ code: 'request_timeout' });
  await vi.advanceTimersByTimeAsync(60_000);
  await next;
});
