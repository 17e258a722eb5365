import { beforeEach, describe, expect, it } from 'vitest';
import { createLookForAlerts } from '../../../api/look-for-alerts.ts';
import type { AlertNotice } from '../../../domain/alert-board.ts';
import type { AlertFigures } from '../../../domain/alert-conditions.ts';
import { NO_COUNTS } from '../../../domain/alert-counts.ts';
import type { LookAnswer, ToldLook } from '../../../domain/alert-watch.ts';
import { NOON_MS } from '../domain/event-samples.ts';

const FIGURES: AlertFigures = { unserved: [], standing: null };
const LEAD: LookAnswer = { isLead: true, absence: { id: 'next', isTold: false } };

let told: ToldLook[];
let sent: AlertNotice[];
let failures: string[];
/** What the engine answers; an error where it doesn't. */
let answer: LookAnswer | Error;
/** It doesn't even answer a probe. */
let isAway: boolean;
let isArriving: boolean;
let verdicts: number;
let probeMs: number;
let clockMs: number;
let look: () => Promise<void>;

beforeEach(() => {
  [told, sent, failures] = [[], [], []];
  [answer, isAway, isArriving, verdicts, probeMs, clockMs] = [LEAD, false, true, 0, 5, 0];
  look = createLookForAlerts({
    process: 'p',
    everyMs: 30_000,
    url: 'https://alerts.example/',
    readCounts: async () => ({ ...NO_COUNTS, verdicts }),
    readFigures: async () => FIGURES,
    probe: async () => {
      clockMs += probeMs;
      if (isAway) throw new Error('away');
    },
    tell: async (one) => {
      told.push(one);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    send: async (notice) => {
      if (!isArriving) throw new Error('it could not be written');
      sent.push(notice);
      return true;
    },
    isUnavailable: (error) => error instanceof Error && error.message !== 'a fault of ours',
    reasonOf: (error) => (error instanceof Error ? error.message : ''),
    now: () => NOON_MS + clockMs,
    monotonicMs: () => clockMs,
    onFailure: (reason) => failures.push(reason),
  });
});

async function times(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await look();
}

describe('a look', () => {
  it('tells what has come since the one before, and how the cluster stands once it is asked for that', async () => {
    verdicts = 3;
    await look();
    verdicts = 8;
    probeMs = 1_001;
    await look();

    expect(told).toEqual([
      {
        process: 'p',
        number: 1,
        everyMs: 30_000,
        url: 'https://alerts.example/',
        counts: { ...NO_COUNTS, verdicts: 3, calls: 1 },
        figures: null,
        absence: null,
      },
      expect.objectContaining({ number: 2, counts: { ...NO_COUNTS, verdicts: 5, calls: 1, slowCalls: 1 }, figures: FIGURES }),
    ]);
  });

  it('that nobody has answered is told again as it was, and what came since with the next', async () => {
    verdicts = 3;
    answer = new Error('no answer');
    await look();
    verdicts = 8;
    answer = LEAD;
    await times(2);

    expect(told.map(({ number, counts }) => [number, counts.verdicts])).toEqual([
      [1, 3],
      [1, 3],
      [2, 5],
    ]);
  });

  it('that fails by a fault of ours says so, and is no absence', async () => {
    answer = new Error('a fault of ours');
    await times(9);

    expect([failures.length, sent]).toEqual([9, []]);
  });
});

describe('that the engine is away', () => {
  it('is told once, by the process that leads, and then to the engine', async () => {
    await look();
    isAway = true;
    await look();
    expect(sent).toEqual([]);
    await times(3);
    expect(sent).toMatchObject([
      { status: 'firing', alert: { id: 'next', told: 1, name: 'TicklessEngineUnreachable', details: { reason: 'away' } } },
    ]);

    isAway = false;
    await times(2);
    const sinceMs = sent[0]?.alert.sinceMs;
    expect(told.slice(1).map(({ absence }) => absence)).toEqual([{ id: 'next', isTold: true, sinceMs, reason: 'away' }, null]);
  });

  it('is told by another only if the one that leads may be gone', async () => {
    answer = { ...LEAD, isLead: false };
    await look();
    isAway = true;
    await times(5);
    expect(sent).toEqual([]);
    await look();
    expect(sent).toHaveLength(1);
  });

  it('is no news while the absence before is not over', async () => {
    answer = { ...LEAD, absence: { id: 'next', isTold: true } };
    await look();
    isAway = true;
    await times(9);
    expect(sent).toEqual([]);
  });

  it('is tried again to be told until it arrives, or else left to be told afterwards', async () => {
    await look();
    isAway = true;
    isArriving = false;
    await times(4);
    isAway = false;
    await look();

    expect(told.at(-1)?.absence).toMatchObject({ id: 'next', isTold: false });
  });

  it('is not told where it is over soon', async () => {
    await look();
    isAway = true;
    await look();
    isAway = false;
    await look();

    expect([sent, told.at(-1)?.absence]).toEqual([[], null]);
  });
});
