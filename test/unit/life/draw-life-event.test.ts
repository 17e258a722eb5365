import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawLifeEvent } from '../../../events/life/rules/draw-life-event.ts';
import { lifeType, lifeTypes, unknownLifeType } from '../../../events/life/rules/life-types.ts';

const anyShare = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyGeneration = fc.constantFrom('later' as const, 'plan' as const);

describe('drawing a Life event', () => {
  it('stays in the table, in the generation and in the range of the type', () => {
    fc.assert(
      fc.property(anyShare, anyShare, anyGeneration, (typeShare, intensityShare, generation) => {
        const event = drawLifeEvent({ typeShare, intensityShare, generation });
        const row = lifeType(event.type);
        const [lowest, highest] = row.intensityRange;

        expect(row).not.toBe(unknownLifeType);
        expect(row.generatorWeights[generation]).toBeGreaterThan(0);
        expect(event.intensity).toBeGreaterThanOrEqual(lowest);
        expect(event.intensity).toBeLessThanOrEqual(highest);
      }),
    );
  });

  it('reaches every type that has a weight', () => {
    const shares = Array.from({ length: 2000 }, (_, index) => index / 2000);
    const drawn = new Set(shares.map((typeShare) => drawLifeEvent({ typeShare, intensityShare: 0, generation: 'later' }).type));

    const weighted = lifeTypes.filter(({ generatorWeights }) => generatorWeights.later);
    expect(drawn).toEqual(new Set(weighted.map(({ type }) => type)));
  });

  it('normalises the weights', () => {
    const firstShare = 0.25 / 0.981;

    expect(typeAt(0)).toBe('noise');
    expect(typeAt(firstShare - 1e-9)).toBe('noise');
    expect(typeAt(firstShare + 1e-9)).toBe('decay');
    expect(typeAt(1 - 1e-9)).toBe('creative_dissonance');
  });

  it('spreads the intensity evenly over the range', () => {
    const shock = { typeShare: 0.59, generation: 'later' } as const;

    expect(drawLifeEvent({ ...shock, intensityShare: 0 })).toEqual({
      type: 'shock',
      intensity: -1,
    });
    expect(drawLifeEvent({ ...shock, intensityShare: 0.75 })).toEqual({
      type: 'shock',
      intensity: 0.5,
    });
  });
});

function typeAt(typeShare: number): string {
  return drawLifeEvent({ typeShare, intensityShare: 0, generation: 'later' }).type;
}
