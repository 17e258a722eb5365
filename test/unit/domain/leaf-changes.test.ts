import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leafChanges } from '../../../domain/leaf-changes.ts';

it('names each field that has another value, with both', () => {
  const before = { energy: 100, mood: 'calm', gone: true, nested: { same: 1, 'a/b': null }, list: [1, 2] };
  const after = { energy: 99.5, mood: 'calm', nested: { same: 1, 'a/b': 2 }, list: [1, 2, 3], fresh: { deep: false } };
  expect(leafChanges(before, after)).toEqual([
    { pointer: '/energy', before: 100, after: 99.5 },
    { pointer: '/nested/a~1b', before: null, after: 2 },
    { pointer: '/list', before: 2, after: 3 },
    { pointer: '/fresh/deep', after: false },
    { pointer: '/gone', before: true },
  ]);
});

it('shows a list of the same length whose entries are others', () => {
  expect(leafChanges({ list: [{ a: 1 }] }, { list: [{ a: 2 }] })).toEqual([{ pointer: '/list', before: 1, after: 1 }]);
  expect(leafChanges({ list: [{ a: 1 }] }, { list: [{ a: 1 }] })).toEqual([]);
});

it('takes a state that was none, and names of a prototype for fields', () => {
  expect(leafChanges(null, { constructor: 1 })).toEqual([{ pointer: '/constructor', after: 1 }]);
});

it('tells both where a value has become fields, or fields a value', () => {
  const [value, fields] = [{ at: 1 }, { at: { least: 2 } }];
  const [pointer, within] = ['/at', '/at/least'];
  expect(leafChanges(value, fields)).toEqual([
    { pointer, before: 1 },
    { pointer: within, after: 2 },
  ]);
  expect(leafChanges(fields, value)).toEqual([
    { pointer, after: 1 },
    { pointer: within, before: 2 },
  ]);
});

it('is bounded', () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${index}`, 'x'.repeat(1_000)]));
  const changes = leafChanges({}, many);
  expect(changes).toHaveLength(100);
  expect(changes[0]?.after).toHaveLength(200);
});

it('finds nothing between equal states', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(leafChanges(value, structuredClone(value))).toEqual([]);
    }),
  );
});
