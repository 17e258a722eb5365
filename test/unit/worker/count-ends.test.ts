import { EventEmitter } from 'node:events';
import proto from '@temporalio/proto';
import type { Worker } from '@temporalio/worker';
import { beforeEach, expect, it } from 'vitest';
import type { RunEnd } from '../../../domain/run-end.ts';
import { acceptRun, endRun, stateOf } from '../../../domain/event-run.ts';
import type { StoredPage } from '../../../temporal/read-page.ts';
import { createEndCounter } from '../../../worker/count-ends.ts';
import type { EndCounter } from '../../../worker/count-ends.ts';
import { acceptedEvent } from '../domain/event-samples.ts';
import { eventItem, rejectedItem } from '../domain/batch-samples.ts';

const { EvictionReason } = proto.coresdk.workflow_activation.RemoveFromCache;
const END: RunEnd = {
  event: 'e-1',
  run: 1,
  tenant: 'default',
  type: 'sample',
  tier: 'normal',
  outcome: 'completed',
  queuedMs: 1,
  runMs: 2,
};
const ENDED = stateOf(endRun(acceptRun(acceptedEvent()), { status: 'completed', endedAtMs: 1 }));

let counted: RunEnd[];
let page: StoredPage;
let worker: EventEmitter;
let counter: EndCounter;

beforeEach(() => {
  counted = [];
  page = { items: [eventItem({ type: 'first', tier: 'low' }), rejectedItem({ type: 'second' })], runId: 'run-of-page' };
  worker = new EventEmitter();
  counter = createEndCounter({ observeEnd: (end) => counted.push(end), readPage: async () => page });
  counter.watch({ evictionsEmitter: worker } as unknown as Worker);
});

it('counts what a workflow told once the engine has taken its last task', () => {
  tell('ofChunk', { runs: [END, END] });
  expect(counted).toEqual([]);
  evict(EvictionReason.WORKFLOW_EXECUTION_ENDING);
  expect(counted).toEqual([END, END]);
  evict(EvictionReason.WORKFLOW_EXECUTION_ENDING);
  expect(counted).toHaveLength(2);
});

it.each(['UNHANDLED_COMMAND', 'TASK_NOT_FOUND', 'CACHE_FULL', 'FATAL'] as const)(
  'counts nothing of a task that the engine did not take, as its workflow is dropped for %s, and what it tells again once',
  (reason) => {
    tell('ofChunk', { runs: [END] });
    evict(EvictionReason[reason]);
    expect(counted).toEqual([]);
    tell('ofChunk', { runs: [END] });
    evict(EvictionReason.WORKFLOW_EXECUTION_ENDING);
    expect(counted).toEqual([END]);
  },
);

it('counts items by their events, which are in their page, and none without a verdict', async () => {
  tell('ofItems', {
    page: 'acme/night~batch.page.1.0',
    items: [
      { offset: 0, run: 1, state: ENDED },
      { offset: 1, run: 1, state: ENDED },
      { offset: 0, run: 1 },
      { offset: 9, run: 1, state: ENDED },
    ],
  });
  evict(EvictionReason.WORKFLOW_EXECUTION_ENDING);
  await expect
    .poll(() => counted.map(({ tenant, type, tier, outcome }) => [tenant, type, tier, outcome]))
    .toEqual([
      ['default', 'first', 'low', 'completed'],
      ['acme', 'second', 'normal', 'completed'],
    ]);
});

it('counts items that their batch has cancelled', async () => {
  tell('ofCancelled', { pages: ['night~batch.page.1.0'], cancelled: [{ page: 0, ranges: '0-2' }] });
  evict(EvictionReason.WORKFLOW_EXECUTION_ENDING);
  await expect
    .poll(() => counted.map(({ type, outcome, runMs }) => [type, outcome, runMs]))
    .toEqual([
      ['first', 'cancelled', null],
      ['second', 'cancelled', null],
    ]);
});

it('does not begin with an SDK that tells of no evictions', () => {
  expect(() => counter.watch({} as Worker)).toThrow('does not tell of evictions');
});

function tell(name: keyof EndCounter['sinks']['ends'], ended: object): void {
  const { fn, callDuringReplay } = counter.sinks.ends[name];
  expect(callDuringReplay).toBe(false);
  (fn as (info: { readonly runId: string }, ended: object) => void)({ runId: 'run-1' }, ended);
}

function evict(reason: number): void {
  worker.emit('eviction', { runId: 'run-1', evictJob: { reason } });
}
