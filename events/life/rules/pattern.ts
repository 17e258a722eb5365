/** The four answers to an event: of Meaning they scale the impact, of the decision they choose the action. */
export type Pattern = 'ignore' | 'absorb' | 'dampen' | 'amplify';

export type PatternCoefficients = Readonly<Record<Pattern, number>>;

/**
 * Configuration with the defaults of life.md, sections 4.3 and 6. All four scale the impact in Meaning; in the
 * action only `dampen` scales again, and `dampen` and `absorb` set its own cost.
 */
export const defaultCoefficients: PatternCoefficients = {
  ignore: 0,
  absorb: 1,
  dampen: 0.5,
  amplify: 1.5,
};
