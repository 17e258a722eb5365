import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { closedAtOf, createEndedFeed, FellBehindError } from '../../../api/ended-feed.ts';
import type { EndedFeed, EndedReader, EndedWorkflow } from '../../../api/ended-feed.ts';
import { createEndedFeeds } from '../../../api/ended-feeds.ts';
import type { EventSummary } from '../../../domain/event-summary.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
import { acceptRun, endRun } from '../../../domain/event-run.ts';
import { acceptedEvent } from '../domain/event-samples.ts';

const NOW_MS = 1_000_000_000;
const { signal } = new AbortController();

let ended: EndedWorkflow[];
let isFull: boolean;
let failures: Error[];
let feed: EndedFeed;

beforeEach(() => {
  vi.useFakeTimers();
  ended = [];
  isFull = false;
  failures = [];
  feed = create();
});
afterEach(() => {
  feed.stop();
  vi.useRealTimers();
});

it('tells of what ends while somebody watches, also of what the index finds late, once each', async () => {
  const reader = feed.join(null);
  end('a', 10);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await idsOf(reader, 1)).toEqual(['a']);
  end('c', 1_500);
  await vi.advanceTimersByTimeAsync(1_000);
  end('b', 1_200);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await idsOf(reader, 2)).toEqual(['c', 'b']);
  expect(await next(reader)).toBeNull();
});

it('goes on after a message that it has told, without telling anything twice', async () => {
  const reader = feed.join(null);
  end('a', 10);
  end('b', 20);
  await vi.advanceTimersByTimeAsync(1_000);
  const first = await next(reader);
  expect(await idsOf(feed.join(first?.id ?? ''), 1)).toEqual(['b']);
});

it('tells whoever comes from another process what has ended since shortly before, and then what ends', async () => {
  end('long ago', -60_000);
  end('before', -12_000);
  end('missed', -8_000);
  const reader = feed.join(`${(NOW_MS - 10_000) * 1_000}.other.0`);
  expect(await idsOf(reader, 2)).toEqual(['before', 'missed']);
  end('after', 10);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await idsOf(reader, 1)).toEqual(['after']);
  expect(await next(reader)).toBeNull();
});

it('says so where more has ended than it tells of', async () => {
  isFull = true;
  const missing = feed.join(`${NOW_MS}.other.0`);
  expect(await next(missing)).toMatchObject({ event: 'gap' });
  const reader = feed.join(null);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await next(reader)).toMatchObject({ event: 'gap' });
  isFull = false;
  end('a', 2_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await idsOf(reader, 1)).toEqual(['a']);
});

it('cuts off a reader that is too slow', async () => {
  const reader = feed.join(null);
  for (let index = 0; index < 2_001; index += 1) feed.publish(resource(`s${index}`));
  await expect(next(reader)).rejects.toThrow(FellBehindError);
});

it('tells of a subject’s event as this process sees it end, under the id of the message before', async () => {
  const reader = feed.join(null);
  end('a', 10);
  await vi.advanceTimersByTimeAsync(1_000);
  feed.publish(resource('of a subject'));
  const [before, published] = [await next(reader), await next(reader)];
  expect(published).toMatchObject({ id: before?.id, event: 'completed' });
});

it('asks again where the engine is away, and leaves out what cannot be read', async () => {
  const reader = feed.join(null);
  end('unreadable', 10);
  end('a', 20);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await idsOf(reader, 1)).toEqual(['a']);
  expect(failures).toHaveLength(1);
});

it('waits for the next message until told not to', async () => {
  const waiting = feed.join(null).next({ waitMs: 15_000, signal });
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await waiting).toBeNull();
});

it('takes no id but its own', () => {
  expect(closedAtOf('1700000000000000.0198-ab.12')).toBe(1_700_000_000_000_000);
  expect(['', 'x', '1.2', `${'9'.repeat(17)}.a.0`, '1.a b.0'].map(closedAtOf)).toEqual([null, null, null, null, null]);
});

it('has a feed for each tenant that is watched, for as long as one is and a moment longer', async () => {
  const created: string[] = [];
  const feeds = createEndedFeeds((tenant) => {
    created.push(tenant);
    return create();
  });
  feeds.publish(resource('nobody watches'));
  const one = feeds.join('default', null);
  one.leave();
  await vi.advanceTimersByTimeAsync(14_000);
  const two = feeds.join('default', null);
  feeds.publish(resource('seen'));
  expect(await idsOf(two, 1)).toEqual(['seen']);
  await vi.advanceTimersByTimeAsync(2_000);
  feeds.join('acme', null).leave();
  expect(created).toEqual(['default', 'acme']);
  two.leave();
  await vi.advanceTimersByTimeAsync(15_000);
  feeds.join('default', null).leave();
  expect(created).toEqual(['default', 'acme', 'default']);
  await vi.advanceTimersByTimeAsync(15_000);
});

function create(): EndedFeed {
  return createEndedFeed<EndedWorkflow>({
    list: async (sinceUs) =>
      isFull ? null : ended.filter(({ closedAtUs }) => closedAtUs >= sinceUs).toSorted((one, other) => one.closedAtUs - other.closedAtUs),
    read: async ({ runId }) => {
      if (runId === 'unreadable') throw new Error('away');
      return [resource(runId)];
    },
    nowMs: () => NOW_MS,
    onFailure: (error) => failures.push(error),
  });
}

function end(runId: string, afterMs: number): void {
  ended.push({ runId, closedAtUs: (NOW_MS + afterMs) * 1_000 });
}

function resource(id: string): EventResource {
  const run = endRun(acceptRun(acceptedEvent({ id })), { status: 'completed', endedAtMs: 1 });
  return toEventResource(run, initialCallback(null), { id, runId: id });
}

function next(reader: EndedReader) {
  return reader.next({ waitMs: 0, signal: AbortSignal.abort() });
}

async function idsOf(reader: EndedReader, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let taken = 0; taken < count; taken += 1) ids.push((JSON.parse((await next(reader))?.data ?? '{}') as EventSummary).id);
  return ids;
}
