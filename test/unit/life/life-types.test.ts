import { describe, expect, it } from 'vitest';
import { lifeType, lifeTypes, unknownLifeType } from '../../../events/life/rules/life-types.ts';
import type { LifeTier } from '../../../events/life/rules/life-types.ts';

describe('the table of Life types', () => {
  it('holds 35 types, each once', () => {
    expect(lifeTypes).toHaveLength(35);
    expect(new Set(lifeTypes.map(({ type }) => type)).size).toBe(35);
  });

  it('has the generator weights of both generations', () => {
    const later = lifeTypes.map(({ generatorWeights }) => generatorWeights.later ?? NaN);
    const plan = lifeTypes.flatMap(({ generatorWeights }) => generatorWeights.plan ?? []);

    expect(sum(later)).toBeCloseTo(0.981, 9);
    expect(sum(plan)).toBeCloseTo(1.005, 9);
    expect(plan).toHaveLength(23);
  });

  it.each<[LifeTier, string]>([
    ['critical', 'shock decay fear existential_void void'],
    ['high', 'noise recovery social_conflict isolation insight meaning_found'],
    [
      'normal',
      'idle memory_echo silence cognitive_doubt cognitive_clarity cognitive_confusion existential_purpose existential_finitude confusion curiosity acceptance joy sadness calm discomfort comfort fatigue inspiration creative_dissonance',
    ],
    ['low', 'social_presence social_harmony connection anticipation boredom'],
  ])('gives the tier %s to the right types', (tier, types) => {
    const found = lifeTypes.filter((row) => row.tier === tier).map(({ type }) => type);

    expect(found.toSorted()).toEqual(types.split(' ').toSorted());
  });

  it('sums up to the figures of the specification, column by column', () => {
    expect(sum(lifeTypes.map(({ weight }) => weight))).toBeCloseTo(33.5, 9);
    expect(sum(lifeTypes.map(({ baseImpact }) => baseImpact.energy))).toBeCloseTo(-3.05, 9);
    expect(sum(lifeTypes.map(({ baseImpact }) => baseImpact.stability))).toBeCloseTo(-0.24, 9);
    expect(sum(lifeTypes.map(({ baseImpact }) => baseImpact.integrity))).toBeCloseTo(0.01, 9);
    expect(sum(lifeTypes.map(({ intensityRange }) => intensityRange[0]))).toBeCloseTo(-11.7, 9);
    expect(sum(lifeTypes.map(({ intensityRange }) => intensityRange[1]))).toBeCloseTo(11.5, 9);
  });

  it('finds the row of a type', () => {
    expect(lifeType('existential_purpose')).toEqual({
      type: 'existential_purpose',
      intensityRange: [0, 0.7],
      weight: 1.4,
      baseImpact: { energy: 0.8, stability: 0.08, integrity: 0.05 },
      generatorWeights: { later: 0.004, plan: 0.006 },
      tier: 'normal',
    });
  });

  it.each(['unknown', 'clarity_moment', 'processing_mode_activated', 'constructor', ''])('treats "%s" as any other type', (type) => {
    expect(lifeType(type)).toBe(unknownLifeType);
    expect(lifeType(type)).toMatchObject({
      type: 'unknown',
      intensityRange: [-1, 1],
      weight: 1,
      baseImpact: { energy: 0, stability: 0, integrity: 0 },
      tier: 'normal',
    });
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
