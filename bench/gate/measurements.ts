import { runBatch } from '../batch-load.ts';
import { startCallbackSink } from '../callback-sink.ts';
import { latencies } from '../callbacks/isolation.ts';
import type { Neighbours } from '../callbacks/isolation.ts';
import { closedLoop, RIDING, withPostsTo } from '../callbacks/posts.ts';
import { throughput } from '../load.ts';
import { oneAtATime, withSending } from '../sending.ts';
import { createSubjectLoad } from '../subject-load.ts';

/** A short measurement of the service, and the same or the nearest of the bare workflow, with the same figures. */
export interface Measurement {
  readonly name: string;
  readonly service: Measure;
  readonly bare: Measure;
}

/** Figures by name, more being better in each. `key` is unlike any other's, for ids. */
type Measure = (url: string, key: string) => Promise<Figures>;
export type Figures = Readonly<Record<string, number>>;

const IN_FLIGHT = 64;
const SINGLE = 60;
const HEAVY = { type: 'test-slow-work', data: { ms: 10 } };
/** As many a second as a busy machine still keeps up with. */
const NEIGHBOUR = { deliveries: 60, inFlight: 8, rate: 20 };

/** What the service under test has to be started with. */
export const ENVIRONMENT = { MAX_CONCURRENT_TASKS: '50' };

const bareRate = rate({ events: 300, ownIds: true });

export const MEASUREMENTS: readonly Measurement[] = [
  { name: 'one at a time', service: single, bare: single },
  { name: `own ids, ${IN_FLIGHT} in flight`, service: rate({ events: 400, ownIds: true }), bare: bareRate },
  { name: `no ids, ${IN_FLIGHT} in flight`, service: rate({ events: 3_000, ownIds: false }), bare: bareRate },
  { name: '20 subjects, 100 in flight', service: subjects, bare: bareRate },
  { name: 'batch of light items', service: batch, bare: bareRate },
  { name: `heavy, 10 ms of work, cap ${ENVIRONMENT.MAX_CONCURRENT_TASKS}`, service: heavy, bare: bareRate },
  // A bare workflow knows no destinations, so that none of its callbacks waits for another's.
  { name: 'callbacks beside a dead destination', service: callbacksBeside('hangs'), bare: callbacksBeside('none') },
];

async function single(url: string, key: string): Promise<Figures> {
  return withSending({ url, inFlight: 1, ownIds: true }, async (sending) => {
    const { accepted, calledBack } = await oneAtATime(sending, SINGLE, key);
    return { 'POST → 202, 1/p50': 1_000 / accepted.p50, 'POST → callback, 1/p50': 1_000 / calledBack.p50 };
  });
}

function rate({ events, ownIds }: { readonly events: number; readonly ownIds: boolean }): Measure {
  return (url, key) =>
    withSending({ url, inFlight: IN_FLIGHT, ownIds }, async (sending) => perSecond(await throughput(sending, events, IN_FLIGHT, key)));
}

async function subjects(url: string, key: string): Promise<Figures> {
  const load = createSubjectLoad(url);
  try {
    const sustained = await load.sustain({ count: 3_000, inFlight: 100, subjectOf: (index) => `${key}-${index % 20}` });
    return perSecond(sustained.perSecond);
  } finally {
    await load.close();
  }
}

async function batch(url: string): Promise<Figures> {
  return perSecond((await runBatch(url, 3_000)).itemsPerSecond);
}

async function heavy(url: string, prefix: string): Promise<Figures> {
  const sink = await startCallbackSink();
  try {
    const loop = { event: HEAVY, count: 120, prefix, inFlight: IN_FLIGHT };
    return perSecond(await withPostsTo(url, (posts) => closedLoop(posts, sink, loop)));
  } finally {
    sink.close();
  }
}

function callbacksBeside(other: Neighbours['other']): Measure {
  return async (url, prefix) => {
    const { p50, p95 } = await withPostsTo(url, (posts) => latencies(posts, { event: RIDING, other }, { ...NEIGHBOUR, prefix }));
    return { '1/p50': 1_000 / p50, '1/p95': 1_000 / p95 };
  };
}

function perSecond(figure: number): Figures {
  return { 'per second': figure };
}
