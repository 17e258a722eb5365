import { startCallbackSink } from './callback-sink.ts';
import { createLoad, run } from './load.ts';
import type { Sending } from './load.ts';
import { quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';

interface SendingOptions {
  readonly url: string;
  readonly inFlight: number;
  readonly ownIds: boolean;
}

/** Events and a receiver of their callbacks, both gone afterwards. */
export async function withSending<T>({ url, inFlight, ownIds }: SendingOptions, use: (sending: Sending) => Promise<T>): Promise<T> {
  const sink = await startCallbackSink();
  const load = createLoad(url, inFlight);
  try {
    return await use({ load, sink, ownIds });
  } finally {
    await load.close();
    sink.close();
  }
}

export interface Latencies {
  readonly accepted: Quantiles;
  readonly calledBack: Quantiles;
}

/** Milliseconds of so many events, each sent when the callback of the one before has come. */
export async function oneAtATime(sending: Sending, events: number, prefix: string): Promise<Latencies> {
  const accepted: number[] = [];
  const calledBack: number[] = [];
  for (let index = 0; index < events; index += 1) {
    const times = await run(sending, `${prefix}-${index}`);
    accepted.push(times.acceptedMs);
    calledBack.push(times.calledBackMs);
  }
  return { accepted: quantiles(accepted), calledBack: quantiles(calledBack) };
}
