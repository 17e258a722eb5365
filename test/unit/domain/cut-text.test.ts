import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutText } from '../../../domain/cut-text.ts';

it('never leaves half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, characters) => {
      const cut = cutText(text, characters);
      expect(cut.length).toBeLessThanOrEqual(characters);
      expect(Buffer.from(cut).toString()).toBe(cut);
    }),
  );
});
