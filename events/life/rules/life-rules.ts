import type { PatternCoefficients } from './pattern.ts';
import { defaultCoefficients } from './pattern.ts';

/** What life.md leaves to choice. */
export interface LifeRules {
  /** Whether a weak life loses vitals as time passes (section 3). */
  readonly weakens: boolean;
  /** Whether recovery is easier at some times of the day than at others (section 9). */
  readonly followsDayRhythm: boolean;
  readonly coefficients: PatternCoefficients;
}

export const defaultLifeRules: LifeRules = { weakens: false, followsDayRhythm: false, coefficients: defaultCoefficients };
