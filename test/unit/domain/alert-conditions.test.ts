import { describe, expect, it } from 'vitest';
import type { AlertName } from '../../../domain/alert.ts';
import { conditionsAt, unknownConditions } from '../../../domain/alert-conditions.ts';
import type { AlertFigures, AlertRound, AlertStanding } from '../../../domain/alert-conditions.ts';
import { NO_COUNTS } from '../../../domain/alert-counts.ts';
import type { AlertCounts } from '../../../domain/alert-counts.ts';
import { NOON_MS } from './event-samples.ts';

const WELL: AlertStanding = { backlog: 0, destinationsOpen: 0, permits: {} };

function round(minutesAgo: number, counts: Partial<AlertCounts> = {}, backlog: number | null = 0): AlertRound {
  return { atMs: NOON_MS - minutesAgo * 60_000, counts: { ...NO_COUNTS, ...counts }, backlog };
}

function at(rounds: readonly AlertRound[], standing: Partial<AlertStanding> | null = {}, unserved: readonly string[] | null = []) {
  const figures: AlertFigures = { unserved, standing: standing && { ...WELL, ...standing } };
  return conditionsAt(rounds, figures, NOON_MS);
}

function namesAt(...given: Parameters<typeof at>): readonly AlertName[] {
  return at(...given).map(({ name }) => name);
}

it('finds nothing wrong where nothing happens', () => {
  expect(at([])).toEqual([]);
  expect(at([round(0)])).toEqual([]);
});

describe('it is found that', () => {
  it('the engine is slow', () => {
    expect(namesAt([round(1, { calls: 5, slowCalls: 1 })])).toEqual([]);
    expect(at([round(1, { calls: 5, slowCalls: 2 }), round(6, { calls: 90 })])).toMatchObject([
      { name: 'TicklessEngineSlow', summary: '40 % of the calls of the engine took longer than 1 s', details: { calls: 5, slowCalls: 2 } },
    ]);
  });

  it('urgent events wait, by tier', () => {
    const late = { begun: { critical: 100, high: 10, low: 10 }, begunLate: { critical: 5, high: 1, low: 10 } };
    expect(at([round(4, late), round(5, { begun: { high: 1_000 } })])).toMatchObject([
      { name: 'TicklessEventsWaitTooLong', labels: { tier: 'high' }, details: { begun: 10, late: 1 } },
    ]);
  });

  it('events fail, in the last hour and now', () => {
    expect(namesAt([round(1, { verdicts: 1_000, failed: 14 })])).toEqual([]);
    expect(namesAt([round(30, { verdicts: 10, failed: 10 })])).toEqual([]);
    expect(namesAt([round(1, { verdicts: 9, failed: 9 })])).toEqual([]);
    expect(namesAt([round(1, { verdicts: 10, failed: 10 })])).toEqual(['TicklessErrorBudgetBurns']);
    expect(namesAt([round(61, { verdicts: 10, failed: 10 }), round(1, { verdicts: 10 })])).toEqual([]);
    expect(at([round(30, { verdicts: 900 }), round(1, { verdicts: 100, failed: 15 })])).toMatchObject([
      { name: 'TicklessErrorBudgetBurns', summary: '1.5 % of the events of the last hour have failed' },
    ]);
  });

  it('nobody takes from a queue', () => {
    expect(at([], {}, ['heavy', 'delivery'])).toMatchObject([
      {
        name: 'TicklessQueueUnserved',
        summary: 'No worker takes from the task queue "heavy", "delivery"',
        details: { queues: ['heavy', 'delivery'] },
      },
    ]);
  });

  it('callbacks fail', () => {
    expect(namesAt([round(14, { attempts: 10, failedAttempts: 2 })])).toEqual([]);
    expect(namesAt([round(14, { attempts: 10, failedAttempts: 3 })])).toEqual(['TicklessCallbacksFail']);
  });

  it('handlers end their process, by how', () => {
    const rounds = [round(14, { hostsEnded: { memory: 3, exited: 5 } }), round(1, { hostsEnded: { memory: 3 } })];
    expect(at(rounds)).toMatchObject([{ name: 'TicklessHandlersEndTheirProcess', labels: { cause: 'memory' }, details: { ended: 6 } }]);
  });

  it('the backlog grows, where it is known how it was', () => {
    const grown = { backlog: 200 };
    expect(namesAt([round(10, {}, 10)], grown)).toEqual([]);
    expect(namesAt([round(15, {}, 140)], grown)).toEqual([]);
    expect(namesAt([round(15, {}, 10)], { backlog: 100 })).toEqual([]);
    expect(at([round(16, {}, 10), round(15, {}, null)], grown)).toMatchObject([
      { name: 'TicklessBacklogGrows', details: { backlog: 200, before: 10 } },
    ]);
  });

  it('destinations are parked', () => {
    expect(at([], { destinationsOpen: 1 })).toMatchObject([
      { name: 'TicklessBreakerOpen', summary: '1 destination of callbacks is parked' },
    ]);
    expect(at([], { destinationsOpen: 2 })).toMatchObject([{ summary: '2 destinations of callbacks are parked' }]);
  });

  it('a permit is held for too long while others wait', () => {
    const permits = {
      alone: { waiting: 0, longestHeldMs: 7_200_000 },
      short: { waiting: 9, longestHeldMs: 3_600_000 },
      'host:a': { waiting: 1, longestHeldMs: 3_600_001 },
    };
    expect(at([], { permits })).toMatchObject([
      { name: 'TicklessPermitHeldTooLong', labels: { key: 'host:a' }, links: { limit: '/v1/limits/host%3Aa' } },
    ]);
  });
});

it('says of what nothing is known where the standing is not', () => {
  expect(namesAt([round(20, {}, 1)], null, ['heavy'])).toEqual(['TicklessQueueUnserved']);
  expect([...unknownConditions({ unserved: [], standing: null })].toSorted()).toEqual([
    'TicklessBacklogGrows',
    'TicklessBreakerOpen',
    'TicklessPermitHeldTooLong',
  ]);
  expect([...unknownConditions({ unserved: null, standing: WELL })]).toEqual(['TicklessQueueUnserved']);
  expect(at([], {}, null)).toEqual([]);
  expect(unknownConditions({ unserved: [], standing: WELL }).size).toBe(0);
});
