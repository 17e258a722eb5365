import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyLimits, recordInHistories } from '../../../events/life/rules/histories.ts';
import { createSelfState, hasCriticalEnergy, initialSelfState, isViable, isWeak } from '../../../events/life/rules/self-state.ts';
import { addDelta, clampVital, writeState } from '../../../events/life/rules/state-bounds.ts';
import type { BoundedField } from '../../../events/life/rules/state-bounds.ts';
import { anyState, numberWithin } from './life-samples.ts';

const full = { energy: 100, stability: 1, integrity: 1 };

describe('the SelfState', () => {
  it('starts full, unaged and without memory', () => {
    const state = createSelfState({ lifeId: 'ada', birthTimestampMs: 1234 });

    expect(state).toMatchObject({ ...full, fatigue: 0, tension: 0, ticks: 0, ageSeconds: 0 });
    expect(state).toMatchObject({ lifeId: 'ada', birthTimestampMs: 1234, recoveryEfficiency: 1 });
    expect(state).toMatchObject({ lastPattern: '', lastSignificance: 0, clarityState: false });
    expect(state.memory).toEqual([]);
  });

  it('survives a trip through JSON', () => {
    expect(JSON.parse(JSON.stringify(initialSelfState))).toEqual(initialSelfState);
  });

  it('has critical energy below 20', () => {
    expect(hasCriticalEnergy({ ...full, energy: 19.999 })).toBe(true);
    expect(hasCriticalEnergy({ ...full, energy: 20 })).toBe(false);
  });

  it.each([
    [{ energy: 10.001, stability: 0.101, integrity: 0.101 }, true],
    [{ ...full, energy: 10 }, false],
    [{ ...full, stability: 0.1 }, false],
    [{ ...full, integrity: 0.1 }, false],
  ])('at %o says of viable: %s', (vitals, expected) => {
    expect(isViable(vitals)).toBe(expected);
  });

  it.each([
    [{ energy: 0.051, stability: 0.051, integrity: 0.051 }, false],
    [{ ...full, energy: 0.05 }, true],
    [{ ...full, stability: 0.05 }, true],
    [{ ...full, integrity: 0.05 }, true],
  ])('at %o says of weak: %s', (vitals, expected) => {
    expect(isWeak(vitals)).toBe(expected);
  });
});

describe('adding a delta', () => {
  it('changes only the named fields', () => {
    const state = addDelta(initialSelfState, { energy: -40, tension: 2 });

    expect(state).toEqual({ ...initialSelfState, energy: 60, tension: 2 });
  });

  it('clamps each sum to its bounds', () => {
    const delta = { energy: 1, stability: -2, integrity: 0.5, fatigue: -1, recoveryEfficiency: -3 };

    expect(addDelta(initialSelfState, delta)).toMatchObject({
      energy: 100,
      stability: 0,
      integrity: 1,
      fatigue: 0,
      recoveryEfficiency: 0.4,
    });
  });

  it('never lets age or subjective time decrease', () => {
    const aged = { ...initialSelfState, ageSeconds: 10, subjectiveTimeSeconds: 12 };

    expect(addDelta(aged, { ageSeconds: -1, subjectiveTimeSeconds: -1 })).toEqual(aged);
  });

  it('ignores what is no bounded field', () => {
    const named = { energy: -1, lifeId: 7 };

    expect(addDelta(initialSelfState, named)).toEqual({ ...initialSelfState, energy: 99 });
  });

  it('keeps every vital within its bounds, whatever is added', () => {
    const anyChange = numberWithin(-1000, 1000);
    const anyDelta = fc.record({ energy: anyChange, stability: anyChange, integrity: anyChange });
    fc.assert(
      fc.property(anyState, anyDelta, (state, delta) => {
        const { energy, stability, integrity } = addDelta(state, delta);

        expect(energy).toBe(clampVital('energy', energy));
        expect(stability).toBe(clampVital('stability', stability));
        expect(integrity).toBe(clampVital('integrity', integrity));
      }),
    );
  });
});

describe('writing to the state', () => {
  it('takes values at the bounds', () => {
    const written = writeState(initialSelfState, { energy: 0, stability: 1, ticks: 7 });

    expect(written).toEqual({ ...initialSelfState, energy: 0, ticks: 7 });
  });

  it.each<[BoundedField, number]>([
    ['energy', 100.1],
    ['energy', NaN],
    ['stability', 2],
    ['integrity', -0.1],
    ['fatigue', -1],
    ['tension', -1],
    ['ticks', 1.5],
    ['ticks', -1],
    ['ageSeconds', 9],
    ['subjectiveTimeSeconds', 11],
    ['lastEventIntensity', 1.1],
    ['circadianPhaseRadians', 7],
    ['recoveryEfficiency', 1.7],
    ['lastSignificance', 1.1],
  ])('refuses %s = %s', (field, value) => {
    const aged = { ...initialSelfState, ageSeconds: 10, subjectiveTimeSeconds: 12 };

    expect(() => writeState(aged, { [field]: value })).toThrow(
      expect.objectContaining({
        name: 'LifeError',
        code: 'state_out_of_bounds',
        message: expect.stringContaining(`"${field}"`),
      }),
    );
  });
});

describe('the histories', () => {
  it('keep the newest entries up to their limits', () => {
    let state = initialSelfState;
    for (let count = 1; count <= 120; count += 1) {
      state = recordInHistories({ ...state, energy: count / 2 }, `type-${count}`);
    }

    expect(state.recentEvents).toHaveLength(historyLimits.recentEvents);
    expect(state.recentEvents.at(-1)).toBe('type-120');
    expect(state.energyHistory).toHaveLength(100);
    expect(state.energyHistory[0]).toBe(10.5);
    expect(state.stabilityHistory).toHaveLength(100);
  });
});
