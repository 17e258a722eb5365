import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discardCause, MAX_CAUSES, MAX_TOLD, NO_CAUSES, noteFound, noteTold } from '../../../domain/known-causes.ts';
import type { Causes, KnownCause, ToldFailure } from '../../../domain/known-causes.ts';

const cause: KnownCause = {
  kind: 'event',
  type: 'order',
  stage: 'action',
  code: 'gone',
  message: '',
  key: { cause: 'k' },
  firstAtMs: 1,
  example: 'e-1',
};
const failure: ToldFailure = { digest: 'd', type: 'order', stage: 'action', code: 'gone', message: '', id: 'e-1', atMs: 5 };
const nothing = { found: {}, seenUntilMs: 0, gone: [] };

describe('what was found', () => {
  it('is kept as it was known first, and looked for no further back', () => {
    const known = noteFound(NO_CAUSES, { ...nothing, found: { a: cause }, seenUntilMs: 10 });
    const again = noteFound(known, { ...nothing, found: { a: { ...cause, example: 'e-2' }, b: cause }, seenUntilMs: 5 });
    expect(again).toEqual({ known: { a: cause, b: cause }, told: {}, seenUntilMs: 10 });
  });

  it('is forgotten once it is gone', () => {
    const known = noteFound(NO_CAUSES, { ...nothing, found: { a: cause, b: cause } });
    expect(noteFound(known, { ...nothing, gone: ['a'] }).known).toEqual({ b: cause });
  });

  it('has a bound, within which it stays', () => {
    const many = (from: number): Record<string, KnownCause> =>
      Object.fromEntries(Array.from({ length: MAX_CAUSES }, (_, index) => [`c-${from + index}`, cause]));
    const known = noteFound(noteFound(NO_CAUSES, { ...nothing, found: many(0) }), { ...nothing, found: many(MAX_CAUSES) });
    expect(Object.keys(known.known)).toEqual(Object.keys(many(0)));
  });
});

describe('what was told', () => {
  it('is counted once, and the last ids are kept', () => {
    const told = noteTold(noteTold(NO_CAUSES, [failure, { ...failure, id: 'e-2', atMs: 7 }]), [failure]);
    expect(told.told).toEqual({
      d: {
        kind: 'subject',
        type: 'order',
        stage: 'action',
        code: 'gone',
        message: '',
        firstAtMs: 5,
        lastAtMs: 7,
        example: 'e-1',
        count: 2,
        ids: ['e-2', 'e-1'],
      },
    });
  });

  it('has a bound: the cause that nothing died of for longest makes room', () => {
    const failures = Array.from({ length: MAX_TOLD + 1 }, (_, index) => ({
      ...failure,
      digest: `d-${index}`,
      atMs: index === 3 ? 0 : index + 1,
    }));
    const { told } = noteTold(NO_CAUSES, failures);
    expect(Object.keys(told)).toHaveLength(MAX_TOLD);
    expect(told).not.toHaveProperty('d-3');
  });

  it('counts each failure once in any order, as long as its id is kept', () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 });
    fc.assert(
      fc.property(ids, fc.nat(), (all, seed) => {
        const failures = all.map((id) => ({ ...failure, id }));
        const twice = [...failures, ...failures].toSorted((one, other) => ((one.id.length * seed) % 7) - ((other.id.length * seed) % 7));
        expect(noteTold(NO_CAUSES, twice).told['d']?.count ?? 0).toBe(all.length);
      }),
    );
  });
});

describe('a discard', () => {
  it('marks what is known, and forgets what was told', () => {
    const causes: Causes = noteTold(noteFound(NO_CAUSES, { ...nothing, found: { a: cause } }), [failure]);
    expect(discardCause(causes, 'a', 9).known).toEqual({ a: { ...cause, discardedAtMs: 9 } });
    expect(discardCause(causes, 'd', 9).told).toEqual({});
    expect(discardCause(causes, 'other', 9)).toEqual(causes);
  });
});
