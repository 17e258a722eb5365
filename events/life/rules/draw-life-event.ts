import { lifeTypes, unknownLifeType } from './life-types.ts';
import type { LifeType } from './life-types.ts';

export interface LifeDraw {
  /** Both in [0, 1), from the caller's generator: this file has no randomness of its own. */
  readonly typeShare: number;
  readonly intensityShare: number;
  readonly generation: keyof LifeType['generatorWeights'];
}

/** Draws a type by its normalised weight and an intensity uniformly from its range (life.md, sections 2 and 10). */
export function drawLifeEvent(draw: LifeDraw): { readonly type: string; readonly intensity: number } {
  const row = drawType(draw);
  const [lowest, highest] = row.intensityRange;
  return { type: row.type, intensity: lowest + draw.intensityShare * (highest - lowest) };
}

/** The last row that starts at or below the share. Rows of weight 0 are skipped: they are never drawn. */
function drawType({ typeShare, generation }: LifeDraw): LifeType {
  const weightOf = (row: LifeType): number => row.generatorWeights[generation] ?? 0;
  const total = lifeTypes.reduce((sum, row) => sum + weightOf(row), 0);

  let drawn = unknownLifeType;
  let start = 0;
  for (const row of lifeTypes) {
    if (weightOf(row) > 0 && start <= typeShare * total) drawn = row;
    start += weightOf(row);
  }
  return drawn;
}
