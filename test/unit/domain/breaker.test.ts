import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Breaker, BreakerPhase } from '../../../domain/breaker.ts';
import {
  createBreaker,
  DEFAULT_BREAKER,
  noteFailure,
  noteNothingParked,
  noteProbeSent,
  noteSuccess,
  resumeDestination,
} from '../../../domain/breaker.ts';

const settings = { ...DEFAULT_BREAKER, failures: 3, firstPauseMs: 1_000, longestPauseMs: 5_000 };
const failure = { nowMs: 0, isGone: false, isProbe: false, retryAfterMs: 0 };

function failTimes(times: number, breaker = createBreaker()): Breaker {
  let next = breaker;
  for (let made = 0; made < times; made += 1) next = noteFailure(next, failure, settings);
  return next;
}

const parked = failTimes(3);

describe('a destination', () => {
  it('is parked after so many failures in a row', () => {
    expect(failTimes(2).phase).toEqual({ state: 'closed' });
    expect(parked).toEqual({ failures: 3, phase: { state: 'open', sinceMs: 0, pauseMs: 1_000, nextProbeAtMs: 1_000 } });
  });

  it('is parked by enough of them at once', () => {
    const hang = { ...failure, retryAfterMs: 20_000 };

    expect(noteFailure(createBreaker(), { ...hang, failures: 2 }, settings)).toEqual(failTimes(2));
    expect(noteFailure(createBreaker(), { ...hang, failures: 16 }, settings)).toEqual({
      failures: 16,
      phase: { state: 'open', sinceMs: 0, pauseMs: 1_000, nextProbeAtMs: 20_000 },
    });
  });

  it('that takes its time is parked for no longer each time', () => {
    const hang = { ...failure, failures: 16 };
    let slow = createBreaker();
    for (let time = 0; time < 5; time += 1) slow = noteSuccess(noteFailure(slow, hang, settings));

    expect(slow.phase).toEqual({ state: 'half_open', pauseMs: 1_000 });
  });

  it('is not parked when a success came in between', () => {
    expect(failTimes(2, noteSuccess(failTimes(2))).phase).toEqual({ state: 'closed' });
  });

  it('is probed no sooner than it asked for', () => {
    const asked = noteFailure(failTimes(2), { ...failure, retryAfterMs: 60_000 }, settings);

    expect(asked.phase).toMatchObject({ nextProbeAtMs: 60_000 });
  });

  it('is parked at once, and not probed by itself, when it is gone', () => {
    const gone = noteFailure(createBreaker(), { ...failure, isGone: true }, settings);

    expect(gone.phase).toEqual({ state: 'open', sinceMs: 0, pauseMs: 1_000, nextProbeAtMs: null });
    expect(noteFailure(parked, { ...failure, isGone: true }, settings).phase).toMatchObject({ nextProbeAtMs: null });
  });

  it('has longer and longer pauses between probes, up to the longest', () => {
    const pauses: number[] = [];
    let breaker = parked;
    for (let probe = 0; probe < 4; probe += 1) {
      breaker = noteFailure(noteProbeSent(breaker, 10_000), { ...failure, nowMs: 10_000, isProbe: true }, settings);
      if (breaker.phase.state === 'open') pauses.push((breaker.phase.nextProbeAtMs ?? 0) - 10_000);
    }

    expect(pauses).toEqual([2_000, 4_000, 5_000, 5_000]);
  });

  it('is not probed again while a probe may still be answered', () => {
    expect(noteProbeSent(parked, 1_000).phase).toMatchObject({ nextProbeAtMs: 62_000 });
  });

  it('keeps its pause when one fails that was under way', () => {
    expect(noteFailure(parked, { ...failure, nowMs: 500 }, settings)).toEqual({ ...parked, failures: 4 });
  });

  it('lets what was parked go at a pace when it is well, and is open when nothing is left', () => {
    const slow = noteSuccess(parked);

    expect(slow).toEqual({ failures: 0, phase: { state: 'half_open', pauseMs: 1_000 } });
    expect(noteSuccess(slow)).toEqual(slow);
    expect(noteNothingParked(slow, settings)).toEqual(createBreaker());
  });

  it('is parked again by as many failures in a row meanwhile, for twice as long', () => {
    expect(failTimes(2, noteSuccess(parked)).phase.state).toBe('half_open');
    expect(failTimes(3, noteSuccess(parked)).phase).toMatchObject({ state: 'open', pauseMs: 2_000 });
    expect(noteFailure(noteSuccess(parked), { ...failure, isGone: true }, settings).phase.state).toBe('open');
  });

  it('goes on at its pace where only one fails now and then', () => {
    expect(failTimes(2, noteSuccess(failTimes(2, noteSuccess(parked)))).phase.state).toBe('half_open');
  });

  it('is open again where nothing is parked to probe it with, until the next failure', () => {
    const unprobed = noteNothingParked(parked, settings);

    expect(unprobed.phase.state).toBe('closed');
    expect(failTimes(1, unprobed).phase.state).toBe('open');
  });

  it('is probed at once when it is resumed', () => {
    const gone = noteFailure(failTimes(4), { ...failure, isGone: true }, settings);

    expect(resumeDestination(gone, 7_000, settings).phase).toMatchObject({ pauseMs: 1_000, nextProbeAtMs: 7_000 });
  });

  it.each<BreakerPhase>([{ state: 'closed' }, { state: 'half_open', pauseMs: 1_000 }])(
    'that is %j has nothing to resume nor to probe',
    (phase) => {
      const breaker = { failures: 1, phase };

      expect(resumeDestination(breaker, 0, settings)).toBe(breaker);
      expect(noteProbeSent(breaker, 0)).toBe(breaker);
    },
  );

  it('that was never parked is left alone where nothing is', () => {
    expect(noteNothingParked(createBreaker(), settings)).toEqual(createBreaker());
  });
});

type Step = (breaker: Breaker, nowMs: number) => Breaker;
const steps: Readonly<Record<string, Step>> = {
  failure: (breaker, nowMs) => noteFailure(breaker, { ...failure, nowMs }, settings),
  probeFailure: (breaker, nowMs) => noteFailure(breaker, { ...failure, nowMs, isProbe: true }, settings),
  gone: (breaker, nowMs) => noteFailure(breaker, { ...failure, nowMs, isGone: true }, settings),
  success: noteSuccess,
  probeSent: noteProbeSent,
  nothing: (breaker) => noteNothingParked(breaker, settings),
  resume: (breaker, nowMs) => resumeDestination(breaker, nowMs, settings),
};

describe('whatever happens to a destination', () => {
  const history = fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(10_000)), { maxLength: 60 });

  it('keeps its rules', () => {
    fc.assert(
      fc.property(history, (happened) => {
        let breaker = createBreaker();
        let nowMs = 0;
        for (const [name, laterMs] of happened) {
          nowMs += laterMs;
          const before = breaker;
          breaker = steps[name]?.(before, nowMs) ?? before;
          const { phase, failures } = breaker;
          expect(failures).toBeGreaterThanOrEqual(0);
          // Enough failures in a row never leave it open.
          if (phase.state !== 'open') expect(failures).toBeLessThan(settings.failures);
          if (phase.state !== 'closed') expect(phase.pauseMs).toBeLessThanOrEqual(settings.longestPauseMs);
          // It is well only after a success, and probed by itself only if it isn't gone.
          if (phase.state === 'half_open' && before.phase.state !== 'half_open') expect(name).toBe('success');
          if (name === 'gone') expect(phase).toMatchObject({ state: 'open', nextProbeAtMs: null });
          if (phase.state === 'open' && phase.nextProbeAtMs !== null && name === 'probeFailure')
            expect(phase.nextProbeAtMs).toBeGreaterThan(nowMs);
        }
      }),
      { numRuns: 500 },
    );
  });
});
