/** What several runs have come to. */
export interface Spread {
  readonly lowest: number;
  readonly median: number;
  readonly highest: number;
}

/** By measurement: the service's figure to the bare workflow's in the same run, more being better. */
export type Ratios = Readonly<Record<string, number>>;
export type Baseline = Readonly<Record<string, Spread>>;

/** The baseline of another kind of machine, or of a service that had other measurements, says nothing about some of them. */
export type Comparison =
  | {
      readonly name: string;
      readonly verdict: 'holds' | 'fell';
      readonly ratio: number;
      readonly baseline: Spread;
      readonly change: number;
    }
  | { readonly name: string; readonly verdict: 'new'; readonly ratio: number }
  | { readonly name: string; readonly verdict: 'not measured'; readonly baseline: Spread };

/** A ratio that is lower than its baseline's median by more than this has fallen. */
const TOLERANCE = 0.2;

/** All that is in one of the two, in order of its name. */
export function compare(baseline: Baseline, measured: Ratios): readonly Comparison[] {
  const names = [...new Set([...Object.keys(baseline), ...Object.keys(measured)])].toSorted();
  return names.flatMap((name) => compareOne(name, baseline[name], measured[name]));
}

/** Whether the gate lets the change through: what was never recorded can't have fallen, what is no longer measured might have. */
export function passes(comparisons: readonly Comparison[]): boolean {
  return comparisons.every(({ verdict }) => verdict === 'holds' || verdict === 'new');
}

function compareOne(name: string, baseline: Spread | undefined, ratio: number | undefined): readonly Comparison[] {
  if (baseline === undefined) return ratio === undefined ? [] : [{ name, verdict: 'new', ratio }];
  if (ratio === undefined) return [{ name, verdict: 'not measured', baseline }];
  return [{ name, verdict: ratio >= floorOf(baseline) ? 'holds' : 'fell', ratio, baseline, change: ratio / baseline.median - 1 }];
}

/** What the baseline's own runs came down to is no fall, however widely they are spread. */
function floorOf({ lowest, median }: Spread): number {
  return Math.min(lowest, median * (1 - TOLERANCE));
}

/** @throws if there are no runs, or they didn't measure the same */
export function toBaseline(runs: readonly Ratios[]): Baseline {
  const [first] = runs;
  if (first === undefined) throw new Error('a baseline needs a run');
  return Object.fromEntries(Object.keys(first).map((name) => [name, spreadOf(runs.map((run) => ratioOf(run, name)))]));
}

function ratioOf(run: Ratios, name: string): number {
  const ratio = run[name];
  if (ratio === undefined || !Number.isFinite(ratio)) throw new Error(`a run has no ratio for "${name}"`);
  return ratio;
}

function spreadOf(values: readonly number[]): Spread {
  return { lowest: Math.min(...values), median: medianOf(values), highest: Math.max(...values) };
}

/** The middle one, or the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.floor(sorted.length / 2))) / 2;
}
