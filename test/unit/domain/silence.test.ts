import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HANGS_AFTER_MS, isToBeTold, lengthen, NO_SILENCE } from '../../../domain/silence.ts';

it('is told once, as soon as it has lasted for so long in which the process had rest', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (busy) => {
      let silence = NO_SILENCE;
      let restMs = 0;
      let told = 0;
      for (const wasBusy of busy) {
        silence = lengthen(silence, { ms: 1_000, wasBusy });
        if (!wasBusy) restMs += 1_000;
        if (!isToBeTold(silence)) continue;
        expect(restMs).toBe(HANGS_AFTER_MS);
        told += 1;
        silence = { ...silence, isTold: true };
      }
      expect(told).toBe(restMs >= HANGS_AFTER_MS ? 1 : 0);
    }),
  );
});
