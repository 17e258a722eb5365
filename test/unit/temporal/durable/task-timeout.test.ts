import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskTimeoutMs } from '../../../../temporal/durable/task-timeout.ts';

describe('the time that the engine gives a task', () => {
  it('is short where little is in flight, so that a crash is noticed soon', () => {
    expect(taskTimeoutMs(1)).toBe(1_000);
    // Of one that is no longer counted.
    expect(taskTimeoutMs(0)).toBe(1_000);
  });

  it('grows with what is in flight, to 10 s at most', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), (one, other) => {
        const [few, many] = [Math.min(one, other), Math.max(one, other)];
        expect(taskTimeoutMs(many)).toBeGreaterThanOrEqual(taskTimeoutMs(few));
        expect(taskTimeoutMs(many)).toBeLessThanOrEqual(10_000);
      }),
    );
    expect(taskTimeoutMs(64)).toBeGreaterThan(7_000);
  });
});
