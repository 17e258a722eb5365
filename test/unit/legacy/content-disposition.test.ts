import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attachment } from '../../../events/sessions/older/content-disposition.ts';

it.each([
  ['time.md', `attachment; filename="time.md"; filename*=UTF-8''time.md`],
  ['Größe 数.md', `attachment; filename="Gr__e__.md"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E6%95%B0.md`],
  [`a"b\\c'.md`, `attachment; filename="a_b_c_.md"; filename*=UTF-8''a%22b%5Cc%27.md`],
])('saves "%s" under its name', (name, header) => {
  expect(attachment(name)).toBe(header);
});

it('is a header that says nothing else, whatever the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(attachment(name)).toMatch(/^attachment; filename="[A-Za-z0-9._-]*"; filename\*=UTF-8''[A-Za-z0-9._~%-]*$/);
    }),
  );
});
