import { createClient } from '../client/create-client.ts';
import type { BatchResource } from '../domain/batch-resource.ts';

export interface MeasuredBatch {
  readonly acceptedMs: number;
  readonly itemsPerSecond: number;
  readonly batch: BatchResource;
}

/** A batch of so many light items, sent as lines, until it has ended. */
export async function runBatch(url: string, items: number, onAccepted: () => void = () => undefined): Promise<MeasuredBatch> {
  const tickless = createClient({ url });
  const startedAt = performance.now();
  const { id } = await tickless.batches.submitLines(lines(items));
  const acceptedMs = performance.now() - startedAt;
  onAccepted();
  for await (const message of tickless.batches.stream(id)) {
    if (message.kind !== 'ended') continue;
    const batch = message.resource;
    if (batch.counts.completed !== items) throw new Error(`only ${batch.counts.completed} of ${items} items were completed`);
    const tookMs = Date.parse(batch.completedAt ?? '') - Date.parse(batch.startedAt);
    return { acceptedMs, itemsPerSecond: items / (tookMs / 1_000), batch };
  }
  throw new Error('the stream ended before the batch');
}

export function lines(count: number): ReadableStream<Uint8Array> {
  const line = `${JSON.stringify({ type: 'joy', data: { intensity: 0.3 } })}\n`;
  let sent = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const next = Math.min(500, count - sent);
        sent += next;
        if (next === 0) controller.close();
        else controller.enqueue(Buffer.from(line.repeat(next)));
      },
    },
    { highWaterMark: 0 },
  );
}
