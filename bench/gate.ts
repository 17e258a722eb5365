import { readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureRatios } from './gate/measure-ratios.ts';
import { compare, passes, toBaseline } from './gate/verdict.ts';
import type { Baseline, Comparison, Ratios } from './gate/verdict.ts';
import { machine } from './machine.ts';
import { table } from './table.ts';

// `npm run bench:gate`: has anything become slower, against the bare workflow in the same minutes, by more than 20 %?
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    // Writes the baseline instead of comparing with it.
    record: { type: 'boolean', default: false },
    // Of the baseline, each with new processes.
    runs: { type: 'string', default: '3' },
    baseline: { type: 'string', default: 'bench/gate-baseline.json' },
  },
});
const rounds = Number(values.rounds);

interface BaselineFile {
  /** What it was measured on, and how busy that was before each run. */
  readonly machine: string;
  readonly loadAverages: readonly number[];
  readonly rounds: number;
  readonly ratios: Baseline;
}

if (values.record) await record(Number(values.runs));
else await judge();

async function record(runs: number): Promise<void> {
  const loadAverages: number[] = [];
  const measured: Ratios[] = [];
  for (let run = 0; run < runs; run += 1) {
    loadAverages.push(currentLoad());
    measured.push(await measureRatios(rounds, tell));
  }
  const file: BaselineFile = { machine: machine().replaceAll('\n', ' '), loadAverages, rounds, ratios: toBaseline(measured) };
  await writeFile(values.baseline, `${JSON.stringify(file, toThreeDecimals, 2)}\n`);
}

function toThreeDecimals(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(3)) : value;
}

async function judge(): Promise<void> {
  const baseline = JSON.parse(await readFile(values.baseline, 'utf8')) as BaselineFile;
  const load = currentLoad();
  const comparisons = compare(baseline.ratios, await measureRatios(rounds, tell));
  process.stdout.write(`
${table(['to the bare workflow', 'now', 'baseline', 'its runs', 'change', ''], comparisons.map(toRow))}

Baseline: ${baseline.machine} Load averages ${baseline.loadAverages.join(', ')}.
Now: ${machine().replaceAll('\n', ' ')} Load average ${load}.
${passes(comparisons) ? 'Nothing has fallen by more than 20 %.' : `Fallen by more than 20 %, or not measured: ${failing(comparisons)}.`}
`);
  if (!passes(comparisons)) process.exitCode = 1;
}

function toRow(comparison: Comparison): readonly string[] {
  const { name, verdict } = comparison;
  const now = 'ratio' in comparison ? comparison.ratio.toFixed(2) : '–';
  if (!('baseline' in comparison)) return [name, now, '–', '–', '–', verdict];
  const { lowest, median, highest } = comparison.baseline;
  const change = 'change' in comparison ? `${(comparison.change * 100).toFixed(0)} %` : '–';
  return [name, now, median.toFixed(2), `${lowest.toFixed(2)} to ${highest.toFixed(2)}`, change, verdict];
}

function failing(comparisons: readonly Comparison[]): string {
  return comparisons
    .filter((comparison) => !passes([comparison]))
    .map(({ name }) => name)
    .join('; ');
}

/** Of the last minute. */
function currentLoad(): number {
  return Number((loadavg()[0] ?? Number.NaN).toFixed(1));
}

/** What is under way, apart from the result. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
