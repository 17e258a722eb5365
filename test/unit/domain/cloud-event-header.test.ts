import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHeaderText } from '../../../domain/cloud-event-header.ts';

/** As the HTTP binding has it: all but printable ASCII, and of that the space, the quote and the percent sign. */
function encode(text: string): string {
  return text.replace(/[^\x21-\x7e]|["%]/gu, (character) => encodeURIComponent(character));
}

it('gives any text back that was percent-encoded, whether little or much of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(readHeaderText(encode(text))).toEqual({ ok: true, text });
      expect(readHeaderText(encodeURIComponent(text))).toEqual({ ok: true, text });
    }),
  );
});

it.each([
  ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
  ['%e2%82%ac', '€'],
  ['%2525', '%25'],
  ['"a b"', 'a b'],
  ['"a \\"b\\" \\\\"', 'a "b" \\'],
  ['"%22"', '"'],
  ['"open', '"open'],
  ['\u00e2\u0082\u00ac 100%25', '€ 100%'],
  ['', ''],
])('reads %s as %s', (value, text) => {
  expect(readHeaderText(value)).toEqual({ ok: true, text });
});

it.each(['%', '100%', '%zz', '%ff', '%e2%82', '%c0%a0', '%ed%a0%80', 'é', '€', 'a\tb'])('refuses %j', (value) => {
  expect(readHeaderText(value)).toEqual({ ok: false, detail: expect.stringContaining('percent-encoded') });
});
