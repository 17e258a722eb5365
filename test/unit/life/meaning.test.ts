import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveMeaning } from '../../../events/life/rules/meaning.ts';
import { defaultCoefficients } from '../../../events/life/rules/pattern.ts';
import { anyEvent, anyState, calmState } from './life-samples.ts';

describe('significance', () => {
  it.each([
    [{}, 0.2],
    [{ integrity: 0.3 }, 0.2],
    [{ integrity: 0.29 }, 0.3],
    [{ stability: 0.5 }, 0.2],
    [{ stability: 0.49 }, 0.24],
    [{ clarityState: true }, 0.3],
    [{ integrity: 0.1, stability: 0.1, clarityState: true }, 0.54],
  ])('of an intensity of 0.2 at weight 1 with %o is %s', (fields, expected) => {
    const event = { type: 'unknown', intensity: -0.2 };

    expect(deriveMeaning(event, { ...calmState, ...fields }).significance).toBeCloseTo(expected, 12);
  });

  it('is clamped once, at the end', () => {
    const event = { type: 'shock', intensity: 1 };

    expect(deriveMeaning(event, { ...calmState, integrity: 0.1 }).significance).toBe(1);
  });

  it('lies within 0 and 1 for every event in every state', () => {
    fc.assert(
      fc.property(anyEvent, anyState, (event, state) => {
        const { significance } = deriveMeaning(event, state);

        expect(significance).toBeGreaterThanOrEqual(0);
        expect(significance).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is an error when it is no number', () => {
    expect(() => deriveMeaning({ type: 'joy', intensity: NaN }, calmState)).toThrow(
      expect.objectContaining({ code: 'significance_out_of_bounds' }),
    );
  });
});

describe('the pattern of meaning', () => {
  it.each([
    [0.0999, 0.9, 'ignore'],
    [0.0999, 0.2, 'ignore'],
    [0.1, 0.8, 'absorb'],
    [0.1, 0.81, 'dampen'],
    [0.5, 0.3, 'absorb'],
    [0.5, 0.29, 'amplify'],
    [0.1, 0.6, 'absorb'],
  ])('at intensity %s and stability %s is %s', (intensity, stability, expected) => {
    const event = { type: 'unknown', intensity };
    const state = { ...calmState, stability };

    // Low stability raises the significance by 1.2: undo that, so that the row's number is what counts.
    const raised = stability < 0.5 ? { ...event, intensity: intensity / 1.2 } : event;

    expect(deriveMeaning(raised, state).pattern).toBe(expected);
  });

  it.each([
    [0.05, 0.6, 0],
    [0.5, 0.9, 0.5],
    [0.5, 0.6, 1],
  ])('scales all three impacts: %s at stability %s by %s', (intensity, stability, factor) => {
    const { impact, significance } = deriveMeaning({ type: 'recovery', intensity }, { ...calmState, stability });

    expect(impact.energy).toBeCloseTo(1 * intensity * significance * factor, 12);
    expect(impact.stability).toBeCloseTo(0.05 * intensity * significance * factor, 12);
    expect(impact.integrity).toBeCloseTo(0.02 * intensity * significance * factor, 12);
  });

  it('scales by a configured coefficient', () => {
    const event = { type: 'recovery', intensity: 0.5 };
    const doubled = { ...defaultCoefficients, absorb: 2 };

    expect(deriveMeaning(event, calmState, doubled).impact.energy).toBe(0.5);
  });
});

describe('a meaning', () => {
  it("names the event's own type, also an unknown one", () => {
    const event = { type: 'clarity_moment', intensity: 0.7 };

    expect(deriveMeaning(event, calmState)).toEqual({
      eventType: 'clarity_moment',
      significance: 0.7,
      impact: { energy: 0, stability: 0, integrity: 0 },
      pattern: 'absorb',
    });
  });

  it('feels a positive shock like a negative one', () => {
    expect(deriveMeaning({ type: 'shock', intensity: 0.4 }, calmState)).toEqual(
      deriveMeaning({ type: 'shock', intensity: -0.4 }, calmState),
    );
  });

  it('equals itself after a trip through JSON', () => {
    fc.assert(
      fc.property(anyEvent, anyState, (event, state) => {
        const meaning = deriveMeaning(event, state);

        expect(JSON.parse(JSON.stringify(meaning))).toEqual(meaning);
      }),
    );
  });
});
