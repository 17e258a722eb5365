import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { MAX_RESULT_BYTES, MAX_SHARED_RESULT_BYTES, toKeptJson } from '../../../handlers/kept-json.ts';

const KIB_64 = 64 * 1024;
const QUOTES = 2;

describe('toKeptJson', () => {
  it.each([
    [undefined, null],
    [null, null],
    [0, 0],
    ['text', 'text'],
    [{ a: [1, 2] }, { a: [1, 2] }],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [
      { at: new Date(0), gone: undefined, none: NaN },
      { at: '1970-01-01T00:00:00.000Z', none: null },
    ],
    [new Map([['a', 1]]), {}],
  ])('keeps %o as %o', (value, kept) => {
    expect(toKeptJson(value, KIB_64)).toEqual(kept);
  });

  it('keeps what is JSON as it is, though not the same, so that nobody changes it afterwards', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const kept = toKeptJson(value, Infinity);

        expect(JSON.stringify(kept)).toBe(JSON.stringify(value));
        expect(toKeptJson(kept, Infinity)).toEqual(kept);
        if (typeof value === 'object' && value !== null) expect(kept).not.toBe(value);
      }),
    );
  });

  it('takes exactly 64 KiB of JSON, and not a byte more', () => {
    const largest = 'x'.repeat(KIB_64 - QUOTES);

    expect(toKeptJson(largest, MAX_RESULT_BYTES)).toBe(largest);
    expect(() => toKeptJson(`${largest}x`, MAX_RESULT_BYTES)).toThrow(
      new PermanentError('result_too_large', 'the result has 65537 bytes, at most 65536 are kept'),
    );
    expect(() => toKeptJson(largest, MAX_SHARED_RESULT_BYTES)).toThrow('at most 4096 are kept');
  });

  it('counts bytes, not characters', () => {
    const euros = '€'.repeat((KIB_64 - QUOTES) / 3);

    expect(toKeptJson(euros, KIB_64)).toBe(euros);
    expect(() => toKeptJson(`${euros}€`, KIB_64)).toThrow(expect.objectContaining({ code: 'result_too_large' }));
  });

  it.each([
    ['a bigint', { total: 1n }],
    ['a circle', circle()],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['what says that it is nothing', { toJSON: () => undefined }],
  ])('refuses %s, which is not JSON', (_what, value) => {
    expect(() => toKeptJson(value, KIB_64)).toThrow(
      expect.objectContaining({ code: 'result_not_json', message: 'the result is not JSON' }),
    );
  });

  it('passes on why a result is not JSON', () => {
    const broken = {
      toJSON() {
        throw new Error('broken');
      },
    };

    expect(() => toKeptJson(broken, KIB_64)).toThrow(expect.objectContaining({ cause: new Error('broken') }));
  });
});

function circle(): object {
  const round: Record<string, unknown> = {};
  return Object.assign(round, { round });
}
