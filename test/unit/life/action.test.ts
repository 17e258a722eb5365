import { describe, expect, it } from 'vitest';
import { deriveAction, vitalsAfter } from '../../../events/life/rules/action.ts';
import type { Meaning } from '../../../events/life/rules/meaning.ts';
import { defaultCoefficients } from '../../../events/life/rules/pattern.ts';
import { calmState } from './life-samples.ts';

const meaning: Meaning = {
  eventType: 'joy',
  significance: 0.5,
  impact: { energy: 2, stability: 0.2, integrity: -0.4 },
  pattern: 'absorb',
};

describe('an action', () => {
  it('is not taken without a decision', () => {
    expect(deriveAction(null, meaning, calmState)).toBeNull();
  });

  it('changes nothing when the decision is ignore', () => {
    expect(deriveAction({ pattern: 'ignore' }, meaning, calmState)).toEqual({
      delta: { energy: 0, stability: 0, integrity: 0 },
    });
  });

  it.each(['absorb', 'amplify'] as const)('adds the impact as it is on %s', (pattern) => {
    expect(vitalsAfter({ pattern }, meaning, calmState)).toEqual({
      energy: 62,
      stability: 0.6 + 0.2,
      integrity: 0.9 - 0.4,
    });
  });

  it('halves the impact on dampen and costs 0.005 energy', () => {
    expect(vitalsAfter({ pattern: 'dampen' }, meaning, calmState)).toEqual({
      energy: 61 - 0.005,
      stability: 0.6 + 0.1,
      integrity: 0.9 - 0.2,
    });
  });

  it('multiplies only the energy of a recovery by its efficiency', () => {
    const recovery = { ...meaning, eventType: 'recovery' };
    const tired = { ...calmState, recoveryEfficiency: 0.5 };

    expect(vitalsAfter({ pattern: 'absorb' }, recovery, tired)).toEqual({
      energy: 61,
      stability: 0.6 + 0.2,
      integrity: 0.9 - 0.4,
    });
  });

  it('reports the change that is left after clamping', () => {
    const nearlyFull = { ...calmState, energy: 99, stability: 0.875, integrity: 0.25 };

    expect(deriveAction({ pattern: 'absorb' }, meaning, nearlyFull)).toEqual({
      delta: { energy: 1, stability: 0.125, integrity: -0.25 },
    });
  });

  it('pays its own cost after the impact was clamped, down to 0', () => {
    const full = { ...calmState, energy: 100 };
    const empty = { ...calmState, energy: 0.003 };
    const nothing = { ...meaning, impact: { energy: 0, stability: 0, integrity: 0 } };

    expect(vitalsAfter({ pattern: 'dampen' }, meaning, full).energy).toBe(99.995);
    expect(vitalsAfter({ pattern: 'dampen' }, nothing, empty).energy).toBe(0);
  });

  it('costs something on absorb only when its coefficient is below 0.8', () => {
    const atEdge = { ...defaultCoefficients, absorb: 0.8 };
    const below = { ...defaultCoefficients, absorb: 0.5 };

    expect(vitalsAfter({ pattern: 'absorb' }, meaning, calmState, atEdge).energy).toBe(62);
    expect(vitalsAfter({ pattern: 'absorb' }, meaning, calmState, below).energy).toBe(62 - 0.0025);
  });

  it('dampens by a configured coefficient', () => {
    const coefficients = { ...defaultCoefficients, dampen: 0.25 };

    expect(vitalsAfter({ pattern: 'dampen' }, meaning, calmState, coefficients).energy).toBe(60.5 - 0.01 * 0.75);
  });
});
