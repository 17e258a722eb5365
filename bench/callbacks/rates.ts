import { startCallbackSink } from '../callback-sink.ts';
import { table } from '../table.ts';
import { closedLoop, RECORDED_FIRST, RIDING, withPosts } from './posts.ts';
import type { Service } from './posts.ts';

export interface RatesOptions {
  readonly deliveries: number;
  readonly inFlight: number;
}

/** Deliveries a second, by each of the ways they go. */
export async function measureRates(options: RatesOptions): Promise<string> {
  const riding = await withPosts((service) => perSecond(service, RIDING, options));
  const recordedFirst = await withPosts((service) => perSecond(service, RECORDED_FIRST, options));
  return `## Deliveries a second (${options.deliveries}, ${options.inFlight} in flight, POST to callback)

${table(
  ['way', 'a second'],
  [
    ['riding in the event’s workflow', riding],
    ['by a delivery of its own (`respondAfterRecord`)', recordedFirst],
  ],
)}`;
}

async function perSecond(service: Service, event: Record<string, unknown>, { deliveries, inFlight }: RatesOptions): Promise<number> {
  const sink = await startCallbackSink();
  await closedLoop(service, sink, { event, count: Math.ceil(deliveries / 5), prefix: 'warmup', inFlight });
  const measured = await closedLoop(service, sink, { event, count: deliveries, prefix: 'event', inFlight });
  sink.close();
  return measured;
}
