import { readdirSync, readFileSync } from 'node:fs';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { createEndCounter } from '../../worker/count-ends.ts';
import { WAYS } from '../histories/ways.ts';

const folder = new URL('../histories/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .toSorted();

Runtime.install({ logger: new DefaultLogger('ERROR') });

it.each(names)('replays %s with the workflows of today', async (name) => {
  await replay(load(name));
});

it('has a history for every way of running that is listed, and no other', () => {
  expect(names).toEqual(
    Object.keys(WAYS)
      .map((name) => `${name}.json`)
      .toSorted(),
  );
});

it('refuses a history in which the attempts were made in another order', async () => {
  const history = load('light-retried.json');
  const markers = history.events.filter(({ eventType }) => eventType === 'EVENT_TYPE_MARKER_RECORDED');
  const [first, second] = markers;
  if (!first || !second) throw new Error('the recorded history has no two markers');
  [first.markerRecordedEventAttributes, second.markerRecordedEventAttributes] = [
    second.markerRecordedEventAttributes,
    first.markerRecordedEventAttributes,
  ];

  await expect(replay(history)).rejects.toThrow(/nondeterminism/i);
});

// What is replayed was counted before.
const sinks = createEndCounter({
  observeEnd: () => expect.unreachable('an end was counted'),
  readPage: () => expect.unreachable('a page was read'),
}).sinks;

interface RecordedHistory {
  readonly events: {
    eventType: string;
    markerRecordedEventAttributes?: unknown;
    readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string };
  }[];
}

function load(name: string): RecordedHistory {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as RecordedHistory;
}

/** Under the id that it ran with: a batch's deliveries are named after it. */
async function replay(history: RecordedHistory): Promise<void> {
  const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId;
  await Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundlePath') }, sinks }, history, workflowId);
}
