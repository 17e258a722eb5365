import { expect, it } from 'vitest';
import { findAttention } from '../../../dashboard/pages/overview/find-attention.ts';
import type { Looked } from '../../../dashboard/pages/overview/find-attention.ts';

const nowMs = Date.parse('2026-01-01T00:10:00.000Z');
const point = {
  at: '2026-01-01T00:09:00.000Z',
  accepted: 5,
  completed: 3,
  failed: 0,
  cancelled: 0,
  shed: 0,
  callbacks: { delivered: 0, failed: 0 },
  p50Ms: {},
  p95Ms: {},
};
const tiers = { critical: 0, high: 0, normal: 0, low: 0, bulk: 0 };
const limit = { key: 'tasks', capacity: 2, reserved: {}, holders: [], otherHolders: 2, waiters: [], otherWaiters: 0, waiting: 0 };

function found(looked: Partial<Looked>): readonly string[] {
  const nothing = { stats: undefined, limits: undefined, destinations: undefined, readiness: undefined, nowMs };
  return findAttention({ ...nothing, ...looked }).map(({ sentence }) => sentence);
}

function statsOf(points: readonly Partial<typeof point>[]): NonNullable<Looked['stats']> {
  return {
    points: points.map((each) => ({ ...point, ...each })),
    now: { backlog: tiers, running: tiers, permits: {}, destinationsOpen: 0 },
  };
}

it('finds nothing where all is well, or nothing is known', () => {
  expect(found({})).toEqual([]);
  expect(found({ stats: statsOf([{}]), limits: [limit], destinations: [], readiness: { status: 'ok' } })).toEqual([]);
});

it('tells of events that failed and that were refused in the last hour, and of none before', () => {
  const old = Array.from({ length: 60 }, () => ({}));
  expect(found({ stats: statsOf([{ failed: 1, shed: 1 }, ...old]) })).toEqual([]);
  expect(found({ stats: statsOf([{ failed: 2, shed: 1 }]) })).toEqual([
    '1 event was refused in the last hour for want of room.',
    '2 events of 5 events failed in the last hour.',
  ]);
});

it('tells of destinations that fail, and when they are tried again', () => {
  const failing = { origin: 'https://a.example', state: 'open', parked: 2, failures: 9, connections: 1, nextProbeAt: null } as const;
  expect(
    found({
      destinations: [failing, { ...failing, parked: 1, nextProbeAt: '2026-01-01T00:10:30.000Z' }, { ...failing, state: 'closed' }],
    }),
  ).toEqual([
    'Callbacks to https://a.example fail: 2 callbacks wait, and it is not tried again until you resume it.',
    'Callbacks to https://a.example fail: 1 callback waits, and it is tried again in 30 s.',
  ]);
});

it('tells of a limit that one has waited for long, and of one that lets nobody in', () => {
  const waiter = { event: 'e', tier: 'normal', position: 1, since: '2026-01-01T00:07:00.000Z' } as const;
  expect(found({ limits: [{ ...limit, waiting: 1, waiters: [waiter] }] })).toEqual([
    '1 event waits for the limit “tasks”, one for 3 min: 2 of 2 permits are held.',
  ]);
  expect(found({ limits: [{ ...limit, waiting: 3, waiters: [{ ...waiter, since: '2026-01-01T00:09:50.000Z' }] }] })).toEqual([]);
  expect(found({ limits: [{ ...limit, capacity: 0, otherHolders: 0, waiting: 3 }] })).toEqual([
    '3 events wait for the limit “tasks”: 0 of 0 permits are held.',
  ]);
});

it('tells first that no events can be accepted, and of queues that nobody takes from', () => {
  const worker = { lacking: [{ queue: 'heavy', summary: 'No worker takes heavy events.' }] };
  expect(found({ readiness: { status: 'ok', worker } })).toEqual(['No worker takes heavy events.']);
  expect(found({ readiness: { status: 'engine_unavailable' } })).toEqual(['No events can be accepted: the engine does not answer.']);
  expect(found({ readiness: { status: 'stopping' } })).toEqual(['No events are accepted: the process is stopping.']);
});
