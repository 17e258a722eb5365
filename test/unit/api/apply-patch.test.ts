import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyPatch } from '../../../api/apply-patch.ts';
import type { PatchOperation } from '../../../api/apply-patch.ts';

const value = { list: [1, 2], 'a/b': { '~': null } };

it.each<[string, readonly PatchOperation[], unknown]>([
  ['adds', [{ op: 'add', path: '/list/-', value: 3 }], { ...value, list: [1, 2, 3] }],
  ['removes', [{ op: 'remove', path: '/a~1b/~0' }], { ...value, 'a/b': {} }],
  ['replaces', [{ op: 'replace', path: '/a~1b/~0', value: 4 }], { ...value, 'a/b': { '~': 4 } }],
  ['moves', [{ op: 'move', from: '/list', path: '/other' }], { 'a/b': { '~': null }, other: [1, 2] }],
  ['copies', [{ op: 'copy', from: '/list', path: '/other' }], { ...value, other: [1, 2] }],
  ['tests', [{ op: 'test', path: '/list', value: [1, 2] }], value],
  ['replaces all of it', [{ op: 'replace', path: '', value: 'text' }], 'text'],
  ['takes all of it away', [{ op: 'remove', path: '' }], null],
])('%s, and leaves what it was given as it was', (_what, patch, expected) => {
  const given = structuredClone(value);
  expect(applyPatch(given, patch)).toEqual({ ok: true, value: expected });
  expect(given).toEqual(value);
});

it.each<[string, PatchOperation]>([
  ['there is no such field', { op: 'replace', path: '/none', value: 1 }],
  ['there is no such parent', { op: 'add', path: '/none/of/it', value: 1 }],
  ['the index is out of bounds', { op: 'add', path: '/list/3', value: 1 }],
  ['the index is none', { op: 'replace', path: '/list/length', value: 5_000_000 }],
  ['a test fails', { op: 'test', path: '/list/0', value: 2 }],
  ['a value is moved into itself', { op: 'move', from: '/a~1b', path: '/a~1b/~0/x' }],
  ['it has no value', { op: 'add', path: '/x' }],
  ['it has no source', { op: 'copy', path: '/x' }],
  ['its path is none', { op: 'add', path: 'x', value: 1 }],
])('refuses an operation where %s, and says which', (_why, operation) => {
  const first: PatchOperation = { op: 'test', path: '/list', value: [1, 2] };
  const patched = applyPatch(value, [first, operation, first]);
  expect(patched).toEqual({ ok: false, fault: { pointer: '/1', detail: expect.stringMatching(/^[^\n]+$/) } });
});

it('reaches no prototype, by whatever path', () => {
  const part = fc.constantFrom('__proto__', 'constructor', 'prototype', 'list', 'toString', '0', 'x');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
  const operation = fc.record({
    op: fc.constantFrom('add', 'replace', 'copy', 'move', 'remove'),
    path,
    from: path,
    value: fc.constant('planted'),
  });
  const known =
    Reflect.ownKeys(Object.prototype).length + Reflect.ownKeys(Array.prototype).length + Reflect.ownKeys(Function.prototype).length;
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 4 }), (patch) => {
      applyPatch(value, patch);
      expect(
        Reflect.ownKeys(Object.prototype).length + Reflect.ownKeys(Array.prototype).length + Reflect.ownKeys(Function.prototype).length,
      ).toBe(known);
    }),
  );
});

it.each([
  { op: 'copy', from: '/toString', path: '/list' },
  { op: 'move', from: '/list/map', path: '/x' },
  { op: 'test', path: '/hasOwnProperty', value: 1 },
  { op: 'remove', path: '/list/length' },
] satisfies PatchOperation[])('takes nothing for a field that every object has by itself: %j', (operation) => {
  expect(applyPatch({ list: [1] }, [operation])).toMatchObject({ ok: false, fault: { pointer: '/0' } });
});

it('makes nothing larger, or deeper, than an event may be', () => {
  const doubling = Array.from({ length: 40 }, (_, index): PatchOperation => ({ op: 'copy', from: '', path: `/${index}` }));
  expect(applyPatch({ text: 'x'.repeat(1_000) }, doubling)).toMatchObject({
    ok: false,
    fault: { detail: expect.stringContaining('larger') },
  });
  const nest = (levels: number): unknown => (levels === 0 ? 1 : { a: nest(levels - 1) });
  const deeper: PatchOperation = { op: 'copy', from: '/a', path: '/a'.repeat(150) };
  expect(applyPatch(nest(150), [deeper])).toMatchObject({ ok: false, fault: { detail: expect.stringContaining('deeper') } });
});
