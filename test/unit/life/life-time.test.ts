import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passTick, recoveryEfficiencyAt, subjectiveRate, timeRatio } from '../../../events/life/rules/life-time.ts';
import { initialSelfState } from '../../../events/life/rules/self-state.ts';
import { weaken } from '../../../events/life/rules/weaken.ts';
import { anyState, calmState, numberWithin } from './life-samples.ts';

const quiet = { elapsedSeconds: 1, intensities: [] };
const hourSeconds = 3600;

describe('a tick', () => {
  it('ages the life by the time that has passed', () => {
    const state = passTick(passTick(calmState, quiet), { ...quiet, elapsedSeconds: 2.5 });

    expect(state).toMatchObject({ ticks: 2, ageSeconds: 3.5 });
  });

  it.each([
    [[], 0.35],
    [[-0.9, -0.1], 0.35],
    [[-0.9, 0.2, 0.8], 0.59],
    [[0], 0.35],
  ])('blends the largest non-negative intensity of %o into 0.5: %s', (intensities, expected) => {
    const state = passTick({ ...calmState, lastEventIntensity: 0.5 }, { ...quiet, intensities });

    expect(state.lastEventIntensity).toBeCloseTo(expected, 12);
  });

  it('lets subjective time pass at the rate of the new intensity and the old phase', () => {
    const state = passTick(calmState, { elapsedSeconds: 2, intensities: [1] });

    expect(state.subjectiveTimeSeconds).toBeCloseTo(2 * (1 + 0.3 + 0.05 + 0.3), 12);
  });

  it.each([
    [undefined, 24],
    [24 * hourSeconds, 24],
    [12 * hourSeconds, 12],
    [hourSeconds, 6],
    [1000 * hourSeconds, 72],
  ])('turns the phase once in a period of %s s, kept within bounds: %s h', (period, hours) => {
    const step = { elapsedSeconds: hourSeconds, intensities: [], circadianPeriodSeconds: period };

    expect(passTick(calmState, step).circadianPhaseRadians).toBeCloseTo((2 * Math.PI) / hours, 12);
  });

  it('starts the phase again after a full turn', () => {
    const state = { ...calmState, circadianPhaseRadians: Math.PI };
    const step = { elapsedSeconds: 18 * hourSeconds, intensities: [] };

    expect(passTick(state, step).circadianPhaseRadians).toBeCloseTo(Math.PI / 2, 12);
  });

  it('never lets time run backwards', () => {
    fc.assert(
      fc.property(anyState, numberWithin(0, 100), (state, elapsedSeconds) => {
        const later = passTick(state, { elapsedSeconds, intensities: [0.5] });

        expect(later.ageSeconds).toBeGreaterThanOrEqual(state.ageSeconds);
        expect(later.subjectiveTimeSeconds).toBeGreaterThanOrEqual(state.subjectiveTimeSeconds);
        expect(later.circadianPhaseRadians).toBeLessThan(2 * Math.PI);
        expect(later.lastEventIntensity).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the rate of subjective time', () => {
  it.each([
    [{}, 1 + 0.05 + 0.3],
    [{ lastEventIntensity: 0.4 }, 1.4 + 0.05 + 0.3],
    [{ stability: 0, energy: 0 }, 0.75],
    [{ circadianPhaseRadians: Math.PI / 2, recoveryEfficiency: 1.5 }, 1.35 + 0.45],
    [{ circadianPhaseRadians: Math.PI * 1.5, recoveryEfficiency: 1.5 }, 1.35 - 0.45],
    [{ lastEventIntensity: 3 }, 3],
    [{ lastEventIntensity: -3 }, 0.1],
  ])('with %o is %s', (fields, expected) => {
    expect(subjectiveRate({ ...calmState, ...fields })).toBeCloseTo(expected, 12);
  });
});

describe('the ratio of times', () => {
  it('is 1 without a clock and subjective time by age with one', () => {
    expect(timeRatio(initialSelfState)).toBe(1);
    expect(timeRatio({ ageSeconds: 100, subjectiveTimeSeconds: 110 })).toBe(1.1);
  });
});

describe('the day rhythm of recovery', () => {
  it.each([
    [0, 0.5],
    [0.5, 0.65],
    [1, 0.8],
    [1.5, 0.9],
    [2, 1],
    [2.5, 0.85],
    [3, 0.7],
    [3.5, 0.55],
    [4, 0.4],
  ])('after %s quarters is %s', (quarters, expected) => {
    expect(recoveryEfficiencyAt((quarters * Math.PI) / 2)).toBeCloseTo(expected, 12);
  });
});

describe('the penalty for weakness', () => {
  it('spares a life that is not weak', () => {
    expect(weaken(calmState, 10)).toBe(calmState);
  });

  it('takes from all vitals by the second', () => {
    const weak = { ...calmState, integrity: 0.05 };

    const weaker = weaken(weak, 0.5);

    expect(weaker.energy).toBeCloseTo(59.99, 12);
    expect(weaker.stability).toBeCloseTo(0.58, 12);
    expect(weaker.integrity).toBeCloseTo(0.03, 12);
  });

  it('stops at 0', () => {
    expect(weaken({ ...calmState, energy: 0.01, integrity: 0.01 }, 10)).toMatchObject({
      energy: 0,
      integrity: 0,
    });
  });
});
