import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskTimeoutMs } from '../../../domain/task-timeout.ts';
import { TIERS } from '../../../domain/tier.ts';

describe('the time that the engine gives a task', () => {
  it('is short where little is in flight, so that a crash is noticed soon', () => {
    expect(taskTimeoutMs('critical', 1)).toBe(1_000);
    expect(taskTimeoutMs('normal', 1)).toBe(2_000);
    // A heavy one.
    expect(taskTimeoutMs('normal', 0)).toBe(2_000);
  });

  it('grows with what is in flight, to 10 s at most', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TIERS), fc.nat(1_000), fc.nat(1_000), (tier, one, other) => {
        const [few, many] = [Math.min(one, other), Math.max(one, other)];
        expect(taskTimeoutMs(tier, many)).toBeGreaterThanOrEqual(taskTimeoutMs(tier, few));
        expect(taskTimeoutMs(tier, many)).toBeLessThanOrEqual(10_000);
        expect(taskTimeoutMs('critical', few)).toBeLessThanOrEqual(taskTimeoutMs(tier, few));
      }),
    );
    expect(taskTimeoutMs('normal', 64)).toBeGreaterThan(8_000);
  });
});
