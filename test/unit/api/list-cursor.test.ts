import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidCursorError } from '../../../api/event-service.ts';
import { toCursor } from '../../../api/temporal/cursor.ts';
import { fromListCursor, toListCursor } from '../../../api/temporal/list-cursor.ts';

it('says where a list goes on: with a page of workflows, or within one', () => {
  const place = fc.record({
    token: fc.uint8Array({ maxLength: 20 }),
    at: fc.option(fc.record({ runId: fc.uuid(), index: fc.nat() })),
  });
  fc.assert(
    fc.property(place, ({ token, at }) => {
      const found = fromListCursor(toListCursor({ token, at }));
      expect([[...found.token], found.at]).toEqual([[...token], at]);
    }),
  );
});

it('begins at the beginning without one', () => {
  expect(fromListCursor(undefined)).toEqual({ token: new Uint8Array(), at: null });
});

it('is told from that of another list', () => {
  for (const given of ['nonsense', toCursor(Buffer.from('{"StartTime":1}')), toCursor(Buffer.from('no JSON'))]) {
    expect(() => fromListCursor(given)).toThrow(InvalidCursorError);
  }
});
