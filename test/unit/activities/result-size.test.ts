import { describe, expect, it } from 'vitest';
import { assertResultSize } from '../../../activities/result-size.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';

const KIB_64 = 64 * 1024;
const QUOTES = 2;

describe('assertResultSize', () => {
  it.each([[undefined], [null], [0], ['text'], [{ a: [1, 2] }], [[]], [new Date(0)]])('lets %o pass', (value) => {
    expect(() => assertResultSize(value)).not.toThrow();
  });

  it('takes exactly 64 KiB of JSON, and not a byte more', () => {
    const largest = 'x'.repeat(KIB_64 - QUOTES);

    expect(() => assertResultSize(largest)).not.toThrow();
    expect(() => assertResultSize(`${largest}x`)).toThrow(
      new PermanentError('result_too_large', 'the result has 65537 bytes, at most 65536 are kept'),
    );
  });

  it('counts bytes, not characters', () => {
    const euros = '€'.repeat((KIB_64 - QUOTES) / 3);

    expect(() => assertResultSize(euros)).not.toThrow();
    expect(() => assertResultSize(`${euros}€`)).toThrow(expect.objectContaining({ code: 'result_too_large' }));
  });

  it.each([
    ['a bigint', { total: 1n }],
    ['a circle', circle()],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ])('refuses %s, which is not JSON', (_what, value) => {
    expect(() => assertResultSize(value)).toThrow(expect.objectContaining({ code: 'result_not_json', message: 'the result is not JSON' }));
  });

  it('passes on why a result is not JSON', () => {
    const broken = {
      toJSON() {
        throw new Error('broken');
      },
    };

    expect(() => assertResultSize(broken)).toThrow(expect.objectContaining({ cause: new Error('broken') }));
  });
});

function circle(): object {
  const round: Record<string, unknown> = {};
  return Object.assign(round, { round });
}
