import { expect, it } from 'vitest';
import { createFigureMetrics } from '../../../api/figure-metrics.ts';
import { keepFigures } from '../../../api/figures.ts';
import type { Figures } from '../../../domain/stats-resource.ts';
import { namedLimits } from '../../../api/named-limits.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { z } from 'zod';

const NONE = { critical: 0, high: 0, normal: 0, low: 0, bulk: 0 };
const FIGURES: Figures = {
  backlog: { ...NONE, low: 3 },
  running: { ...NONE, high: 2 },
  permits: { tasks: { capacity: 5, held: 5, waiting: 3, longestHeldMs: 9_000 } },
  destinations: { open: 1, half_open: 0 },
};

it('reads at most every ten seconds for each tenant, and again at once what has failed', async () => {
  const asked: (string | null)[] = [];
  let nowMs = 0;
  let isAway = false;
  const read = keepFigures(
    async (tenant) => {
      asked.push(tenant);
      if (isAway) throw new Error('away');
      return FIGURES;
    },
    () => nowMs,
  );

  await Promise.all([read('a'), read('a'), read(null)]);
  nowMs = 9_999;
  expect(await read('a')).toBe(FIGURES);
  expect(asked).toEqual(['a', null]);
  nowMs = 10_000;
  isAway = true;
  await expect(read('a')).rejects.toThrow('away');
  isAway = false;
  await read('a');
  expect(asked).toEqual(['a', null, 'a', 'a']);
});

it('is shown to Prometheus, and not while the engine is away', async () => {
  let isAway = false;
  const text = createFigureMetrics(
    async () => (isAway ? Promise.reject(new Error('away')) : FIGURES),
    async () => ['heavy'],
  );

  const lines = (await text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'tickless_permits{key="tasks",state="capacity"} 5',
      'tickless_permits{key="tasks",state="waiting"} 3',
      'tickless_permit_longest_held_seconds{key="tasks"} 9',
      'tickless_backlog{tier="low"} 3',
      'tickless_events_running{tier="high"} 2',
      'tickless_destinations{state="open"} 1',
      'tickless_queues_unserved 1',
    ]),
  );
  isAway = true;
  expect(await text()).toBe('');
});

it('looks at the limits that the configuration names, not at keys that events make', () => {
  const type = { type: 'x', data: z.object({}), tier: 'normal', handler: () => null } as const;
  const definitions = [
    defineEvent({ ...type, type: 'printed', limit: { key: 'printer', max: 2 } }),
    defineEvent({ ...type, type: 'fetched', limit: { key: ({ tenant }) => `host:${tenant}`, max: 2 } }),
  ];

  expect(namedLimits({ definitions }, { key: 'tasks', capacity: 5 })).toEqual([
    { key: 'tasks', capacity: 5 },
    { key: 'printer', capacity: 2 },
  ]);
});
