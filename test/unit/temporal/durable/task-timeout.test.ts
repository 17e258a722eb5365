import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskTimeoutMs } from '../../../../temporal/durable/task-timeout.ts';

describe('the time that the engine gives a task', () => {
  it('is short where little is in flight, so that a crash is noticed soon', () => {
    expect(taskTimeoutMs({ inFlight: 1, slowStartMs: 20 })).toBe(1_000);
    // Of one that is no longer counted.
    expect(taskTimeoutMs({ inFlight: 0, slowStartMs: 20 })).toBe(1_000);
  });

  it('is long where much is in flight', () => {
    expect(taskTimeoutMs({ inFlight: 64, slowStartMs: 20 })).toBeGreaterThan(7_000);
  });

  it('is long where the engine is slow, so that a fifth of it is enough for another transaction', () => {
    expect(taskTimeoutMs({ inFlight: 1, slowStartMs: 1_200 })).toBe(6_000);
  });

  it('grows with what is in flight and with what starts take, from 1 s to 10 and 30 s', () => {
    const load = fc.record({ inFlight: fc.nat(1_000), slowStartMs: fc.nat(10_000) });
    fc.assert(
      fc.property(load, fc.nat(1_000), fc.nat(10_000), ({ inFlight, slowStartMs }, more, slower) => {
        const before = taskTimeoutMs({ inFlight, slowStartMs });
        expect(before).toBeGreaterThanOrEqual(1_000);
        expect(before).toBeLessThanOrEqual(slowStartMs <= 2_000 ? 10_000 : 30_000);
        expect(taskTimeoutMs({ inFlight: inFlight + more, slowStartMs })).toBeGreaterThanOrEqual(before);
        expect(taskTimeoutMs({ inFlight, slowStartMs: slowStartMs + slower })).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
