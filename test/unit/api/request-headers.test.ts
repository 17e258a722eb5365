import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKnownTag, parseIdempotencyKey, parseIfMatch, parsePreference } from '../../../api/request-headers.ts';

describe('parsePreference', () => {
  it.each([
    [undefined, 0, null],
    ['', 0, null],
    ['wait=5', 5_000, 'wait=5'],
    ['wait="5"', 5_000, 'wait=5'],
    ['Wait = 5', 5_000, 'wait=5'],
    ['wait=007', 7_000, 'wait=7'],
    ['return=minimal, wait=5', 5_000, 'wait=5'],
    ['handling=lenient; wait=5', 0, null],
    ['wait=5; note="a, wait=9"', 5_000, 'wait=5'],
    ['note="a, wait=9"', 0, null],
    ['note="\\"", wait=5', 5_000, 'wait=5'],
    ['wait=soon, wait=5', 0, null],
    ['wait=99999999999999999999', 60_000, 'wait=60'],
    [', ,wait=5,', 5_000, 'wait=5'],
    ['wait=5, wait=9', 5_000, 'wait=5'],
    ['wait=60', 60_000, 'wait=60'],
    ['wait=61', 60_000, 'wait=60'],
    ['wait=0', 0, 'wait=0'],
    ['respond-async', 0, 'respond-async'],
    ['RESPOND-ASYNC, wait=5', 5_000, 'respond-async, wait=5'],
    ['wait=5, respond-async', 5_000, 'respond-async, wait=5'],
    ['wait=5; respond-async', 5_000, 'wait=5'],
    ['wait', 0, null],
    ['wait=', 0, null],
    ['wait=-5', 0, null],
    ['wait=1.5', 0, null],
    ['wait=soon', 0, null],
    ['await=5', 0, null],
    ['return=minimal', 0, null],
  ])('reads %j as a wait of %d ms and answers %j', (header, waitMs, applied) => {
    expect(parsePreference(header)).toEqual({ waitMs, applied });
  });

  it('waits at most 60 s, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.integer().map((seconds) => `wait=${seconds}`),
        ),
        (header) => {
          const { waitMs } = parsePreference(header);
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(60_000);
        },
      ),
    );
  });
});

describe('parseIfMatch', () => {
  it.each([
    [undefined, undefined],
    ['*', 'any'],
    [' * ', 'any'],
    ['"12"', [12]],
    ['"1", "2" ,"0"', [1, 2, 0]],
    [', "1",, "2",', [1, 2]],
    ['W/"12"', []],
    ['"012", "a,b", "1234567890123456"', []],
    ['""', []],
  ])('reads %j as %j', (header, versions) => {
    expect(parseIfMatch(header)).toEqual({ ok: true, versions });
  });

  it.each(['', '12', '"12', '12"', '"1" "2"', '*, "1"', 'w/"1"', 'W/ "1"'])('refuses %j', (header) => {
    expect(parseIfMatch(header)).toEqual({ ok: false, detail: expect.stringContaining('If-Match') });
  });

  it.each([
    ['"1"', true],
    ['W/"1"', true],
    ['"0", W/"1"', true],
    ['*', true],
    ['"2"', false],
    ['1', false],
    [undefined, false],
  ])('knows by %j the tag "1": %j', (header, known) => {
    expect(isKnownTag(header, '"1"')).toBe(known);
  });
});

describe('parseIdempotencyKey', () => {
  it.each([
    [undefined, null],
    ['abc', 'abc'],
    ['"abc"', 'abc'],
    [' "abc" ', 'abc'],
    ['"a \\"b\\" \\\\ c"', 'a "b" \\ c'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
    ['"half', '"half'],
    ['a b', 'a b'],
  ])('reads %j as %j', (header, key) => {
    expect(parseIdempotencyKey(header)).toEqual({ ok: true, key });
  });

  it.each(['', ' ', '""', 'x'.repeat(256), 'é', 'a\tb', '"a\u0000"'])('refuses %j', (header) => {
    expect(parseIdempotencyKey(header)).toEqual({ ok: false, detail: expect.stringContaining('1 to 255') });
  });

  it('takes every key quoted and bare for the same', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    });
    fc.assert(
      fc.property(
        printable.filter((key) => key === key.trim() && !key.startsWith('"')),
        (key) => {
          const quoted = `"${key.replace(/["\\]/g, '\\$&')}"`;
          expect(parseIdempotencyKey(quoted)).toEqual({ ok: true, key });
          expect(parseIdempotencyKey(key)).toEqual({ ok: true, key });
        },
      ),
    );
  });
});
