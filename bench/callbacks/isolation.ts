import { setTimeout as pause } from 'node:timers/promises';
import { startReceiver } from '../../test/support/receiver.ts';
import { startCallbackSink } from '../callback-sink.ts';
import type { CallbackSink } from '../callback-sink.ts';
import { quantiles } from '../quantiles.ts';
import type { Quantiles } from '../quantiles.ts';
import { table } from '../table.ts';
import { closedLoop, RECORDED_FIRST, RIDING, toCallback, withPosts } from './posts.ts';
import type { Loop, Posts } from './posts.ts';

export interface IsolationOptions {
  readonly deliveries: number;
  readonly inFlight: number;
  /**
   * Events a second to each destination, sent whatever became of those before. Beyond what the machine can do, each waits for
   * all others, whatever their destination: one that is refused costs several times as much as one that is taken.
   */
  readonly rate: number;
  /** Each measures all rows, so that what the machine does meanwhile meets all of them. */
  readonly rounds: number;
}

// Delivered by a workflow of its own an event costs four times as much.
const BY_DELIVERY_SHARE = 0.25;

/** Two destinations, one of which is healthy. */
export interface Neighbours {
  /** What goes to the healthy destination. */
  readonly event: Record<string, unknown>;
  readonly other: 'none' | 'well' | 'refuses' | 'hangs';
}

interface Neighbour extends Neighbours {
  readonly name: string;
}

const ALONE = 'alone';
const NEIGHBOURS: readonly Neighbour[] = [
  { name: ALONE, event: RIDING, other: 'none' },
  // What twice the work costs by itself.
  { name: 'beside another that is well', event: RIDING, other: 'well' },
  { name: 'beside one that refuses connections', event: RIDING, other: 'refuses' },
  { name: 'beside one that never answers', event: RIDING, other: 'hangs' },
  { name: ALONE, event: RECORDED_FIRST, other: 'none' },
  { name: 'beside another that is well', event: RECORDED_FIRST, other: 'well' },
  { name: 'beside one that never answers', event: RECORDED_FIRST, other: 'hangs' },
];

export async function measureDeadNeighbour(options: IsolationOptions): Promise<string> {
  const { deliveries, rate, rounds } = options;
  const rows = (await measureIsolation(options)).map(({ name, event, p50, p95, p99, ratios }) => [
    name,
    event === RIDING ? 'riding' : 'by a delivery',
    p50,
    p95,
    p99,
    ratios.map((ratio) => ratio.toFixed(2)).join(', '),
  ]);
  return `## A dead destination beside a healthy one (${deliveries} events to each, ${rate} a second to each; by a delivery a quarter of both; rounds: ${rounds})

${table(['healthy destination, POST to callback, milliseconds', '', 'p50', 'p95', 'p99', 'p95 to p95 alone, each round'], rows)}`;
}

interface Isolation extends Neighbour, Quantiles {
  /** Of each round, its p95 to its p95 alone. */
  readonly ratios: readonly number[];
}

/** The quantiles are means over the rounds. */
async function measureIsolation(options: IsolationOptions): Promise<readonly Isolation[]> {
  const { rounds } = options;
  const measured: Quantiles[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const row: Quantiles[] = [];
    for (const neighbour of NEIGHBOURS) row.push(await withPosts((posts) => latencies(posts, neighbour, options)));
    measured.push(row);
  }
  return NEIGHBOURS.map((neighbour, index) => {
    const alone = NEIGHBOURS.findIndex(({ name, event }) => name === ALONE && event === neighbour.event);
    const each = (quantile: keyof Quantiles, at = index): readonly number[] => measured.map((row) => row[at]?.[quantile] ?? Number.NaN);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / rounds;
    const ratios = each('p95').map((p95, round) => p95 / (each('p95', alone)[round] ?? Number.NaN));
    return { ...neighbour, p50: mean(each('p50')), p95: mean(each('p95')), p99: mean(each('p99')), ratios };
  });
}

interface LatenciesOptions extends Omit<IsolationOptions, 'rounds'> {
  /** Of the events' ids, for those who send to one service several times. */
  readonly prefix?: string;
}

/** POST to callback at the healthy destination, while as many events go to the other one. */
export async function latencies(
  posts: Posts,
  { event, other }: Neighbours,
  { deliveries, inFlight, rate, prefix = '' }: LatenciesOptions,
): Promise<Quantiles> {
  const [sink, receiver] = await Promise.all([startCallbackSink(), startReceiver()]);
  if (other === 'hangs') receiver.respond(() => 'hang');
  if (other === 'refuses') await receiver.close();
  const otherUrl = other === 'none' ? null : receiver.url;
  await closedLoop(posts, sink, { event, count: Math.ceil(deliveries / 5), prefix: `${prefix}warmup`, inFlight });
  const share = event === RIDING ? 1 : BY_DELIVERY_SHARE;
  const measured = await openLoop(posts, sink, {
    event,
    otherUrl,
    count: deliveries * share,
    perSecond: rate * share,
    prefix: `${prefix}event`,
  });
  sink.close();
  if (other !== 'refuses') await receiver.close();
  return quantiles(measured);
}

/** So many events a second, whatever becomes of them, and as many to another destination; milliseconds from POST to callback. */
async function openLoop(
  posts: Posts,
  sink: CallbackSink,
  { event, otherUrl, count, perSecond, prefix }: Omit<Loop, 'inFlight'> & { readonly otherUrl: string | null; readonly perSecond: number },
): Promise<readonly number[]> {
  const measured: Promise<number>[] = [];
  const others: Promise<unknown>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    const dueMs = startedAt + (index * 1_000) / perSecond - performance.now();
    if (dueMs > 0) await pause(dueMs);
    const id = `${prefix}-${index}`;
    measured.push(toCallback(posts, sink, event, id));
    if (otherUrl !== null) others.push(posts.post({ ...event, id: `other-${id}`, callback: { url: otherUrl } }).catch(() => undefined));
  }
  await Promise.all(others);
  return await Promise.all(measured);
}
