import { expect, it } from 'vitest';
import { hasGap, mergeEvents } from '../../../dashboard/pages/events/merge-events.ts';
import type { EventSummary } from '../../../domain/event-summary.ts';

function event(id: string, second: number, more: Partial<EventSummary> = {}): EventSummary {
  return { id, run: 1, status: 'running', acceptedAt: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`, ...more } as EventSummary;
}

function merged(known: Partial<Parameters<typeof mergeEvents>[0]>): readonly string[] {
  return mergeEvents({ filter: {}, newest: [], pages: [], ended: new Map(), ...known }).map(
    ({ id, status, run }) => `${id} ${status} ${run}`,
  );
}

it('shows each event once, as it is known last, newest first', () => {
  const pages = [event('b', 2), event('a', 1)];
  expect(merged({ pages, newest: [event('c', 3), event('b', 2, { status: 'failed' })] })).toEqual([
    'c running 1',
    'b failed 1',
    'a running 1',
  ]);
  expect(merged({ pages, ended: new Map([['a', event('a', 1, { status: 'completed' })]]) })).toEqual(['b running 1', 'a completed 1']);
});

it('takes no end of an earlier run for one of the run that is listed', () => {
  const ended = new Map([['a', event('a', 1, { status: 'failed' })]]);
  expect(merged({ newest: [event('a', 1, { run: 2 })], ended })).toEqual(['a running 2']);
  expect(merged({ newest: [event('a', 1, { status: 'completed' })], ended })).toEqual(['a completed 1']);
});

it('leaves out what has ended where open ones are asked for', () => {
  const ended = new Map([['a', event('a', 1, { status: 'completed' })]]);
  expect(merged({ filter: { status: 'running' }, pages: [event('b', 2), event('a', 1)], ended })).toEqual(['b running 1']);
  expect(merged({ filter: { status: 'completed' }, pages: [event('a', 1)], ended })).toEqual(['a completed 1']);
});

it('knows when more have come than the first page holds', () => {
  const old = [event('a', 1)];
  expect(hasGap([event('c', 3)], old, true)).toBe(true);
  expect(hasGap([event('c', 3), event('a', 1)], old, true)).toBe(false);
  expect(hasGap([event('c', 3)], old, false)).toBe(false);
  expect(hasGap([event('c', 3)], [], true)).toBe(false);
});
