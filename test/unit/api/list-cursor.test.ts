import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidCursorError } from '../../../api/event-service.ts';
import { toCursor } from '../../../api/temporal/cursor.ts';
import { fromListCursor, toListCursor } from '../../../api/temporal/list-cursor.ts';
import { pageById } from '../../../api/temporal/page-by-id.ts';

it('says where a list goes on: with a workflow, or within one', () => {
  const place = fc.record({
    startedAtUs: fc.maxSafeNat(),
    runId: fc.string(),
    isShown: fc.boolean(),
    index: fc.option(fc.nat()),
  });
  fc.assert(
    fc.property(place, (given) => {
      expect(fromListCursor(toListCursor(given, given.index))).toEqual(given);
    }),
  );
});

it('begins at the beginning without one', () => {
  expect(fromListCursor(undefined)).toBeNull();
});

it('is told from that of another list', () => {
  const { nextCursor } = pageById(['a', 'b'], { limit: 1 });
  for (const given of ['nonsense', toCursor(Buffer.from('{"StartTime":1}')), toCursor(Buffer.from('no JSON')), nextCursor ?? '']) {
    expect(() => fromListCursor(given)).toThrow(InvalidCursorError);
  }
  const ofAnother = toListCursor({ startedAtUs: 1, runId: 'r', isShown: true });
  expect(() => pageById([], { limit: 1, cursor: ofAnother })).toThrow(InvalidCursorError);
});

it('of a list by name stands on the name', () => {
  const first = pageById(['a', 'b', 'd'], { limit: 2 });
  expect(first.shown).toEqual(['a', 'b']);
  // One that is gone, and one that has come.
  expect(pageById(['a', 'c', 'd'], { limit: 2, cursor: first.nextCursor ?? '' })).toEqual({ shown: ['c', 'd'], nextCursor: null });
});

it('of a list by name may have one that comes first, wherever its name would be', () => {
  const ids = ['a', 'b', 'd'];
  const shown: string[] = [];
  let cursor: string | undefined;
  do {
    const page = pageById(ids, { limit: 1, cursor, first: 'b' });
    shown.push(...page.shown);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(shown).toEqual(['b', 'a', 'd']);
  expect(pageById([], { limit: 1, first: 'b' })).toEqual({ shown: ['b'], nextCursor: null });
});
