import type { Vitals } from './vitals.ts';

/** One row of the table in life.md, section 2. */
export interface LifeType {
  readonly type: string;
  /** What a generator draws from, [lowest, highest]. An event from outside may lie beyond it, within [-1, 1]. */
  readonly intensityRange: readonly [number, number];
  /** The appraisal weight w. */
  readonly weight: number;
  readonly baseImpact: Vitals;
  /** Relative weights for drawing: they do not sum to 1. Undefined where the type did not exist yet. */
  readonly generatorWeights: { readonly later: number | undefined; readonly plan: number | undefined };
  /** Before urgency and internal sources move it (features.md, "Priority of all 35 Life types"). */
  readonly tier: LifeTier;
}

/** No Life type is bulk: that tier exists only when a caller asks for it. */
export type LifeTier = 'critical' | 'high' | 'normal' | 'low';

const notYet = undefined;

/** All 35 types, in the order of life.md. Columns: type, range, w, E/S/I, generator later/plan, tier. */
export const lifeTypes: readonly LifeType[] = [
  toLifeType('noise', [-0.3, 0.3], 0.5, [-0.3, -0.02, 0], [0.25, 0.352], 'high'),
  toLifeType('decay', [-0.5, 0], 1.0, [-0.5, -0.01, -0.01], [0.18, 0.244], 'critical'),
  toLifeType('recovery', [0, 0.5], 1.0, [1.0, 0.05, 0.02], [0.13, 0.18], 'high'),
  toLifeType('shock', [-1, 1], 1.5, [-1.5, -0.1, -0.05], [0.03, 0.04], 'critical'),
  toLifeType('idle', [0, 0], 0.2, [-0.1, 0, 0], [0.03, 0.04], 'normal'),
  toLifeType('memory_echo', [-0.2, 0.2], 0.8, [-0.05, 0.02, 0.01], [0, 0], 'normal'),
  toLifeType('social_presence', [-0.4, 0.4], 0.9, [-0.1, -0.03, 0], [0.01, 0.014], 'low'),
  toLifeType('social_conflict', [-0.6, 0], 1.2, [-0.8, -0.08, -0.03], [0.006, 0.01], 'high'),
  toLifeType('social_harmony', [0, 0.6], 1.1, [0.6, 0.06, 0.02], [0.006, 0.01], 'low'),
  toLifeType('cognitive_doubt', [-0.5, 0], 0.8, [0, -0.04, -0.02], [0.01, 0.014], 'normal'),
  toLifeType('cognitive_clarity', [0, 0.5], 1.0, [0.1, 0.05, 0.03], [0.006, 0.01], 'normal'),
  toLifeType('cognitive_confusion', [-0.4, 0], 0.7, [-0.2, -0.06, -0.01], [0.01, 0.014], 'normal'),
  toLifeType('existential_void', [-0.7, 0], 1.3, [-1.0, -0.05, -0.04], [0.005, 0.007], 'critical'),
  toLifeType('existential_purpose', [0, 0.7], 1.4, [0.8, 0.08, 0.05], [0.004, 0.006], 'normal'),
  toLifeType('existential_finitude', [-0.6, 0], 1.1, [-0.3, -0.07, -0.03], [0.006, 0.008], 'normal'),
  toLifeType('connection', [0, 0.8], 1.1, [0.7, 0.08, 0.03], [0.028, 0.007], 'low'),
  toLifeType('isolation', [-0.7, 0], 1.0, [-0.6, -0.09, -0.02], [0.025, 0.007], 'high'),
  toLifeType('insight', [0, 0.6], 1.2, [0.2, 0.06, 0.04], [0.022, 0.007], 'high'),
  toLifeType('confusion', [-0.5, 0], 0.8, [-0.1, -0.07, -0.02], [0.02, 0.007], 'normal'),
  toLifeType('curiosity', [-0.3, 0.4], 0.7, [-0.1, -0.03, 0], [0.018, 0.007], 'normal'),
  toLifeType('meaning_found', [0, 0.9], 1.4, [0.9, 0.09, 0.06], [0.015, 0.007], 'high'),
  toLifeType('void', [-0.8, 0], 1.3, [-1.1, -0.06, -0.05], [0.012, 0.007], 'critical'),
  toLifeType('acceptance', [0, 0.5], 0.9, [0.1, 0.04, 0.02], [0.01, 0.007], 'normal'),
  toLifeType('silence', [-0.4, 0.6], 0.8, [0.2, 0.03, 0.01], [0.003, notYet], 'normal'),
  toLifeType('joy', [0, 0.8], 1.1, [0.5, 0.06, 0.03], [0.015, notYet], 'normal'),
  toLifeType('sadness', [-0.7, 0], 0.9, [-0.4, -0.05, -0.02], [0.012, notYet], 'normal'),
  toLifeType('fear', [-0.8, 0], 1.2, [-0.6, -0.08, -0.04], [0.01, notYet], 'critical'),
  toLifeType('calm', [0, 0.6], 0.8, [0.1, 0.04, 0.02], [0.016, notYet], 'normal'),
  toLifeType('discomfort', [-0.6, 0], 0.7, [-0.3, -0.04, -0.01], [0.012, notYet], 'normal'),
  toLifeType('comfort', [0, 0.7], 0.8, [0.3, 0.03, 0.02], [0.015, notYet], 'normal'),
  toLifeType('fatigue', [-0.5, 0], 0.9, [-0.4, -0.02, -0.01], [0.014, notYet], 'normal'),
  toLifeType('anticipation', [-0.3, 0.5], 0.7, [-0.1, -0.03, 0], [0.013, notYet], 'low'),
  toLifeType('boredom', [-0.4, 0], 0.6, [-0.2, -0.02, -0.01], [0.011, notYet], 'low'),
  toLifeType('inspiration', [0, 0.9], 1.3, [0.4, 0.05, 0.04], [0.017, notYet], 'normal'),
  toLifeType('creative_dissonance', [-0.5, 0], 0.8, [-0.2, -0.03, -0.02], [0.01, notYet], 'normal'),
];

/** The row "(any other type)". */
export const unknownLifeType: LifeType = toLifeType('unknown', [-1, 1], 1.0, [0, 0, 0], [notYet, notYet], 'normal');

const rowsByType = new Map(lifeTypes.map((row) => [row.type, row]));

/** The row of a type; any name outside the table gets `unknownLifeType`. */
export function lifeType(type: string): LifeType {
  return rowsByType.get(type) ?? unknownLifeType;
}

function toLifeType(
  type: string,
  intensityRange: readonly [number, number],
  weight: number,
  [energy, stability, integrity]: readonly [number, number, number],
  [later, plan]: readonly [number | undefined, number | undefined],
  tier: LifeTier,
): LifeType {
  return {
    type,
    intensityRange,
    weight,
    baseImpact: { energy, stability, integrity },
    generatorWeights: { later, plan },
    tier,
  };
}
