import { describe, expect, it } from 'vitest';
import { deriveMeaning } from '../../../events/life/rules/meaning.ts';
import { echoDelta, moodFactor } from '../../../events/life/rules/memory-echo.ts';
import type { Mood } from '../../../events/life/rules/memory-echo.ts';
import { calmState } from './life-samples.ts';

describe('the delta of an echo', () => {
  it.each([
    ['recovery', 0.3, 0.05, 0.02],
    ['social_harmony', 0.2, 0.08, 0.03],
    ['learning_achievement', 0.25, 0.06, 0.04],
    ['shock', -0.2, -0.03, -0.01],
    ['decay', -0.15, -0.02, -0.02],
    ['crisis', -0.25, -0.04, -0.03],
    ['disruption', -0.1, -0.03, -0.01],
    ['noise', -0.05, 0, 0],
    ['idle', -0.03, 0.01, 0],
    ['adaptation', 0, 0.02, 0.01],
    ['routine', 0, 0.01, 0],
    ['joy', 0, 0, 0],
    ['unknown', 0, 0, 0],
  ])('of %s is %s/%s/%s', (eventType, energy, stability, integrity) => {
    expect(echoDelta({ eventType, mood: 'neutral' })).toEqual({ energy, stability, integrity });
  });
});

describe('the factor of the mood', () => {
  it.each<[Mood, Partial<typeof calmState>, number]>([
    ['neutral', {}, 1],
    ['positive', {}, 1],
    ['negative', {}, 1],
    ['positive', { stability: 0.29 }, 1.5],
    ['negative', { stability: 0.29 }, 0.7],
    ['neutral', { stability: 0.29 }, 1],
    ['positive', { stability: 0.3 }, 1],
    ['negative', { stability: 0.3 }, 1],
    ['neutral', { stability: 0.81 }, 0.9],
    ['positive', { stability: 0.81 }, 0.9],
    ['negative', { stability: 0.81 }, 0.9],
    ['neutral', { stability: 0.8 }, 1],
    ['positive', { energy: 29 }, 1.3],
    ['negative', { energy: 29 }, 1],
    ['positive', { energy: 30 }, 1],
    ['negative', { energy: 81 }, 0.8],
    ['positive', { energy: 81 }, 1],
    ['negative', { energy: 80 }, 1],
    ['positive', { fatigue: 0.71 }, 1.2],
    ['negative', { fatigue: 0.71 }, 1],
    ['positive', { fatigue: 0.7 }, 1],
    ['positive', { stability: 0.2, energy: 20 }, 1.95],
    ['positive', { stability: 0.2, energy: 20, fatigue: 1 }, 2],
    ['negative', { stability: 0.2, energy: 90 }, 0.56],
    ['negative', { stability: 0.9, energy: 90 }, 0.72],
  ])('for a %s memory at %o is %s', (mood, fields, expected) => {
    expect(moodFactor(mood, { ...calmState, ...fields })).toBeCloseTo(expected, 12);
  });
});

describe('a memory_echo', () => {
  const originalMemory = { eventType: 'recovery', mood: 'positive' } as const;

  it('adds the delta of the original and colours the sum', () => {
    const state = { ...calmState, energy: 20 };

    const { impact, significance } = deriveMeaning({ type: 'memory_echo', intensity: -0.2, originalMemory }, state);

    expect(significance).toBeCloseTo(0.16, 12);
    expect(impact.energy).toBeCloseTo((-0.05 * 0.2 * 0.16 + 0.3 * 0.2) * 1.3, 12);
    expect(impact.stability).toBeCloseTo((0.02 * 0.2 * 0.16 + 0.05 * 0.2) * 1.3, 12);
    expect(impact.integrity).toBeCloseTo((0.01 * 0.2 * 0.16 + 0.02 * 0.2) * 1.3, 12);
  });

  it('is appraised like any type when it carries no original', () => {
    const { impact } = deriveMeaning({ type: 'memory_echo', intensity: 0.2 }, calmState);

    expect(impact.energy).toBeCloseTo(-0.0016, 12);
  });

  it('alone listens to an original memory', () => {
    const joy = { type: 'joy', intensity: 0.5 };

    expect(deriveMeaning({ ...joy, originalMemory }, calmState)).toEqual(deriveMeaning(joy, calmState));
  });
});
