import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyChange, changeOf } from '../../../domain/state-change.ts';

const anyList = fc.array(fc.oneof(fc.nat(3), fc.record({ a: fc.nat(2) }), fc.array(fc.nat(1), { maxLength: 2 })), { maxLength: 12 });
const anyState = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.oneof(anyList, fc.nat(2), fc.constant(null), fc.record({ x: fc.nat(1) })),
);

it('leads from any state to any other', () => {
  fc.assert(
    fc.property(fc.option(anyState), anyState, (before, after) => {
      const change = JSON.parse(JSON.stringify(changeOf(before, after))) as ReturnType<typeof changeOf>;
      expect(applyChange(before, change)).toEqual(after);
    }),
  );
});

it('says nothing of what stays, and of a list only what is new', () => {
  const entry = { a: 1 };
  const before = { list: [1, 2, 3, 4], name: 'a', gone: 1, kept: [5], entries: [{ a: 0 }, entry] };
  const { gone: _, ...rest } = before;
  expect(changeOf(before, { ...rest, list: [2, 4, 5, 6], name: 'b' })).toEqual({
    set: { name: 'b' },
    removed: ['gone'],
    lists: { list: [{ from: 1, count: 1 }, { from: 3, count: 1 }, { added: [5, 6] }] },
  });
  expect(changeOf(before, { ...before, list: [3, 4, 5] }).lists).toEqual({ list: [{ from: 2, count: 2 }, { added: [5] }] });
  expect(changeOf(before, { ...before, entries: [entry, { a: 2 }] }).lists).toEqual({
    entries: [{ from: 1, count: 1 }, { added: [{ a: 2 }] }],
  });
  expect(changeOf(before, before)).toEqual({ set: {}, removed: [], lists: {} });
});

it('takes a list that was none for empty', () => {
  expect(applyChange({ list: 1 }, { set: {}, removed: [], lists: { list: [{ from: 0, count: 2 }, { added: [7] }] } })).toEqual({
    list: [7],
  });
});
