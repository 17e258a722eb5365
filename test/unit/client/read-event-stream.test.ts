import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readEventStream } from '../../../client/read-event-stream.ts';
import type { StreamEvent } from '../../../client/read-event-stream.ts';

async function read(text: string, cuts: readonly number[] = [], onRetry?: (retryMs: number) => void): Promise<readonly StreamEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let from = 0;
      for (const end of ends) {
        controller.enqueue(bytes.slice(from, end));
        from = end;
      }
      controller.close();
    },
  });
  const events: StreamEvent[] = [];
  for await (const event of readEventStream(body, onRetry)) events.push(event);
  return events;
}

it('reads events with their ids and names, and passes over comments', async () => {
  expect(await read(': ping\n\nid: 1\nevent: progress\ndata: {"a":1}\n\ndata:x\n\n')).toEqual([
    { id: '1', event: 'progress', data: '{"a":1}' },
    { id: '1', event: 'message', data: 'x' },
  ]);
});

it('joins lines of data, and keeps all but the first space', async () => {
  expect(await read('data: a\ndata\ndata:  b\n\n')).toEqual([{ id: '', event: 'message', data: 'a\n\n b' }]);
});

it('drops an event without data, and one that is cut off', async () => {
  expect(await read('event: nothing\n\ndata: a\n\ndata: cut off\n')).toEqual([{ id: '', event: 'message', data: 'a' }]);
});

it('tells of the pause the server asks for, if it is a number', async () => {
  const retries: number[] = [];
  await read('retry: 250\nretry: soon\n\n', [], (retryMs) => retries.push(retryMs));
  expect(retries).toEqual([250]);
});

it('reads the same however the body is cut into chunks and whatever ends its lines', async () => {
  const text = 'id: ä\nevent: progress\ndata: 🎈\ndata: ö\n\n: ping\n\nevent: completed\ndata: ü\n\n';
  const expected = await read(text);
  expect(expected).toHaveLength(2);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), fc.constantFrom('\n', '\r', '\r\n'), async (cuts, lineEnd) => {
      expect(await read(text.replaceAll('\n', lineEnd), cuts)).toEqual(expected);
    }),
  );
});
