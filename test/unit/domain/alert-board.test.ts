import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT_RULES, alertKey, REPEATED_AFTER_MS, RESOLVED_AFTER_LOOKS } from '../../../domain/alert.ts';
import type { AlertCondition, AlertName } from '../../../domain/alert.ts';
import { createBoard, nextAbsence, noteAbsence, noteLook, noteSent } from '../../../domain/alert-board.ts';
import type { Absence, AlertBoard, AlertNotice } from '../../../domain/alert-board.ts';
import { NOON_MS } from './event-samples.ts';

const EVERY_MS = 30_000;
const NOTHING: ReadonlySet<AlertName> = new Set();
const NAMES = Object.keys(ALERT_RULES) as readonly AlertName[];
const { looks: LOOKS } = ALERT_RULES.TicklessQueueUnserved;

function condition(name: AlertName = 'TicklessQueueUnserved', labels: AlertCondition['labels'] = {}): AlertCondition {
  return { name, labels, summary: 'it is so', details: {}, links: {} };
}

/** Looks one after the other, each seeing these. */
function look(board: AlertBoard, looks: readonly (readonly AlertCondition[])[], { fromMs = NOON_MS, unknown = NOTHING } = {}): AlertBoard {
  return looks.reduce((before, seen, index) => noteLook(before, { seen, unknown }, fromMs + index * EVERY_MS), board);
}

function times<T>(count: number, value: T): readonly T[] {
  return Array.from({ length: count }, () => value);
}

function statuses({ outbox }: AlertBoard): readonly AlertNotice['status'][] {
  return outbox.map(({ status }) => status);
}

describe('a condition', () => {
  const seen = [condition()];
  const fired = look(createBoard(NOON_MS), times(LOOKS, seen));

  it('is told of once it was seen so often in a row', () => {
    expect(look(createBoard(NOON_MS), times(LOOKS - 1, seen)).outbox).toEqual([]);
    expect(fired.outbox).toMatchObject([
      { status: 'firing', atMs: NOON_MS + (LOOKS - 1) * EVERY_MS, alert: { phase: 'firing', sinceMs: NOON_MS, told: 1 } },
    ]);
  });

  it('that is gone in between begins anew', () => {
    expect(look(createBoard(NOON_MS), [...times(LOOKS - 1, seen), [], ...times(LOOKS - 1, seen)]).outbox).toEqual([]);
  });

  it('is over once it was not seen so often in a row', () => {
    const sent = noteSent(fired);
    expect(look(sent, [...times(RESOLVED_AFTER_LOOKS - 1, []), seen, ...times(RESOLVED_AFTER_LOOKS - 1, [])]).outbox).toEqual([]);
    const over = look(sent, times(RESOLVED_AFTER_LOOKS, []));
    expect(over.outbox).toMatchObject([{ status: 'resolved', alert: { id: fired.outbox[0]?.alert.id, told: 2 } }]);
    expect(over.alerts).toEqual({});
  });

  it('that comes again has another name', () => {
    const again = look(fired, [...times(RESOLVED_AFTER_LOOKS, []), ...times(LOOKS, seen)]);

    expect(statuses(again)).toEqual(['firing', 'resolved', 'firing']);
    expect(new Set(again.outbox.map(({ alert }) => alert.id)).size).toBe(2);
  });

  it('that lasts is told of again a day later, with what is known by then', () => {
    const later = [{ ...condition(), summary: 'it is still so' }];
    const almost = look(noteSent(fired), [later], { fromMs: (fired.outbox[0]?.atMs ?? 0) + REPEATED_AFTER_MS - 1 });
    expect(almost.outbox).toEqual([]);
    const next = look(almost, [later], { fromMs: (fired.outbox[0]?.atMs ?? 0) + REPEATED_AFTER_MS });
    expect(next.outbox).toMatchObject([{ status: 'firing', alert: { told: 2, summary: 'it is still so', sinceMs: NOON_MS } }]);
  });

  it('that a look can not tell of stays as it is', () => {
    const unknown: ReadonlySet<AlertName> = new Set(['TicklessQueueUnserved']);
    expect(look(fired, times(RESOLVED_AFTER_LOOKS, []), { unknown })).toEqual(fired);
    const pending = look(createBoard(NOON_MS), [seen]);
    expect(look(pending, times(9, []), { unknown })).toEqual(pending);
  });

  it('is another one with other labels, whatever their order', () => {
    const [one, other] = [
      condition('TicklessPermitHeldTooLong', { key: 'a', b: 'c' }),
      condition('TicklessPermitHeldTooLong', { b: 'c', key: 'a' }),
    ];
    expect(alertKey(one)).toBe(alertKey(other));
    const two = [
      condition('TicklessHandlersEndTheirProcess', { cause: 'memory' }),
      condition('TicklessHandlersEndTheirProcess', { cause: 'deaf' }),
    ];
    expect(look(createBoard(NOON_MS), [two]).outbox).toHaveLength(2);
  });
});

describe('the absence of the engine', () => {
  const absence = (board: AlertBoard, fields: Partial<Absence> = {}): Absence => ({
    id: nextAbsence(board).id,
    isTold: true,
    sinceMs: NOON_MS - 60_000,
    reason: 'connection refused',
    ...fields,
  });
  const empty = createBoard(NOON_MS);
  const back = noteAbsence(empty, absence(empty), NOON_MS);

  it('that was told of is over after some looks', () => {
    expect(back.outbox).toEqual([]);
    expect(nextAbsence(back)).toMatchObject({ isTold: true });
    const over = look(back, times(RESOLVED_AFTER_LOOKS, []));
    expect(over.outbox).toMatchObject([
      { status: 'resolved', alert: { id: nextAbsence(empty).id, told: 2, name: 'TicklessEngineUnreachable', sinceMs: NOON_MS - 60_000 } },
    ]);
    expect(nextAbsence(over)).toMatchObject({ isTold: false });
  });

  it('that nobody could tell of is told of when it is back', () => {
    expect(noteAbsence(empty, absence(empty, { isTold: false }), NOON_MS).outbox).toMatchObject([
      { status: 'firing', alert: { id: nextAbsence(empty).id, told: 1, details: { reason: 'connection refused' } } },
    ]);
  });

  it('counts once, whoever tells of it, and whenever', () => {
    const other = noteAbsence(back, absence(empty, { isTold: false }), NOON_MS + 1);
    expect(other).toEqual(back);
    const over = look(back, times(RESOLVED_AFTER_LOOKS, []));
    expect(noteAbsence(over, absence(empty), NOON_MS + 1)).toBe(over);
  });

  it('that comes again before it is over goes on', () => {
    const almost = look(back, times(RESOLVED_AFTER_LOOKS - 1, []));
    const again = noteAbsence(almost, absence(back), NOON_MS);
    expect(look(again, times(RESOLVED_AFTER_LOOKS - 1, [])).outbox).toEqual([]);
    expect(look(again, times(RESOLVED_AFTER_LOOKS, [])).outbox).toHaveLength(1);
  });
});

it('tells of each alert that it fires and then that it is over, and not again within a day, whatever looks see', () => {
  const anyKey = fc.constantFrom(...NAMES.slice(1, 5).map((name) => condition(name)), condition('TicklessPermitHeldTooLong', { key: 'a' }));
  const anyLook = fc.record({
    seen: fc.uniqueArray(anyKey, { selector: alertKey, maxLength: 5 }),
    unknown: fc.uniqueArray(fc.constantFrom(...NAMES)).map((names) => new Set(names)),
    afterMs: fc.constantFrom(EVERY_MS, EVERY_MS, REPEATED_AFTER_MS / 2),
    repeated: fc.nat({ max: 25 }),
    isSent: fc.boolean(),
    absence: fc.option(fc.record({ isTold: fc.boolean(), isKnown: fc.boolean() }), { freq: 5 }),
  });
  fc.assert(
    fc.property(fc.array(anyLook, { maxLength: 30 }), (looks) => {
      let board = createBoard(NOON_MS);
      let nowMs = NOON_MS;
      const notices: AlertNotice[] = [];
      const collect = (next: AlertBoard): void => {
        notices.push(...next.outbox.slice(board.outbox.length));
        board = next;
      };
      for (const { seen, unknown, afterMs, repeated, isSent, absence } of looks) {
        if (absence !== null) {
          const id = absence.isKnown ? nextAbsence(board).id : 'another';
          collect(noteAbsence(board, { id, isTold: absence.isTold, sinceMs: nowMs, reason: 'gone' }, nowMs));
        }
        for (let left = repeated; left >= 0; left -= 1) {
          nowMs += afterMs;
          collect(noteLook(board, { seen, unknown }, nowMs));
        }
        if (isSent) board = noteSent(board);
      }
      const byId = new Map<string, AlertNotice[]>();
      for (const notice of notices) byId.set(notice.alert.id, [...(byId.get(notice.alert.id) ?? []), notice]);
      for (const [id, ofOne] of byId) {
        const numbers = ofOne.map(({ alert }) => alert.told);
        // Who has told that the engine is away has sent the first.
        const first = id.includes('away') && numbers[0] === 2 ? 2 : 1;
        expect(numbers).toEqual(numbers.map((_, index) => first + index));
        expect(ofOne.slice(0, -1).every(({ status }) => status === 'firing')).toBe(true);
        ofOne
          .filter(({ status }) => status === 'firing')
          .forEach(({ atMs }, index, firing) => {
            if (index > 0) expect(atMs - (firing[index - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(REPEATED_AFTER_MS);
          });
        const isOver = ofOne.at(-1)?.status === 'resolved';
        expect(Object.values(board.alerts).some((alert) => alert.id === id)).toBe(!isOver);
      }
      // What fires has a name of its own.
      const firing = Object.values(board.alerts).filter(({ phase }) => phase === 'firing');
      expect(new Set(firing.map(({ id }) => id)).size).toBe(firing.length);
    }),
  );
});
