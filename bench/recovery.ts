import { readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { recoveryPoints } from '../test/support/recovery-points.ts';
import type { RecoveryPointName } from '../test/support/recovery-points.ts';
import { recover, startServices } from '../test/support/recovery.ts';
import type { Company, Recovery } from '../test/support/recovery.ts';
import { machine } from './machine.ts';
import { median, quantiles } from './quantiles.ts';
import { table } from './table.ts';

// `npm run bench:recovery`: SIGKILL at every point, and how long it takes until what was interrupted goes on.
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    'kills-beside-another': { type: 'string', default: '10' },
    // These take longer.
    'engine-kills': { type: 'string', default: '5' },
    only: { type: 'string' },
    // What an earlier run wrote to its standard error, or the test to RECOVERY_TIMES: the page tells of these too.
    from: { type: 'string' },
    out: { type: 'string', default: 'bench/recovery.md' },
  },
});
const POINTS = (Object.keys(recoveryPoints) as readonly RecoveryPointName[]).filter((name) => name.includes(values.only ?? ''));
const COMPANIES: Readonly<Record<Company, number>> = {
  alone: Number(values.kills),
  'another alive': Number(values['kills-beside-another']),
  'with its engine': Number(values['engine-kills']),
};

const before = values.from === undefined ? '' : await readFile(values.from, 'utf8');
const recoveries = before.split('\n').flatMap((line): readonly Recovery[] => (line.startsWith('{') ? [JSON.parse(line)] : []));
for (const [company, kills] of Object.entries(COMPANIES) as readonly [Company, number][]) {
  if (kills === 0) continue;
  const services = await startServices(company, { NODE_ENV: 'production', ENGINE_SYNC: process.env['ENGINE_SYNC'] ?? 'full' });
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      for (const point of POINTS) {
        const recovery = await recover(services, point, `${point.replaceAll(/\W/g, '-')}-${kill}`);
        recoveries.push(recovery);
        process.stderr.write(`${JSON.stringify(recovery)}\n`);
      }
    }
  } finally {
    await services.stop();
  }
}
const tooLate = recoveries.filter(({ point, heardOfBefore }) => point === 'permit just granted' && heardOfBefore > 0).length;
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

function toReport(): string {
  return `# Recovery, measured

${machine()} SIGKILL of the service at each of ${POINTS.length} points, and in the last column of its engine too; what it was at is seen from
outside, by a receiver and by a recorder that handlers are connected to. *Alone*: the service is started again at once, and ready ${readyAfter('alone')} s
after the kill (p50; ${readyAfter('with its engine')} s where the engine was killed); the time counts from then until what was interrupted goes on, and is 0 where it did so before.
A process that starts more quickly leaves more of the wait after it, at most what the next column says.
*Another alive*: a second service on the same engine goes on; the time counts from the kill. Load of the machine at the end: ${loadavg()[0]?.toFixed(1) ?? ''}.
Repeat it with \`npm run bench:recovery\`.

${table(
  ['seconds: p50 · p95 · worst (kills)', 'alone', 'another alive', 'alone, the engine killed too', 'sent or called twice without need'],
  POINTS.map((point) => [
    `${point}: ${recoveryPoints[point].title}`,
    ...(['alone', 'another alive', 'with its engine'] as const).map((company) => waits(recoveriesOf(point, company))),
    `${repeated(point)} of ${recoveries.filter((one) => one.point === point).length}`,
  ]),
)}

The target is a p95 of 3 s and a worst of 5 s. A **heavy stage** beside another process takes a little longer: its worker is taken for gone after 2.5 s without a
heartbeat (\`workflows/advance-chunk.ts\`), and the next task of its workflow then waits another second for the process that had the workflow in memory
(\`worker/start-workers.ts\`). Less of either would have work that goes on well in a busy process done twice. A permit is granted and its stage begun in one go: in
${tooLate} of the kills at **permit just granted** the stage had begun by then, as in the row above; they are left out. The service is killed with little else to do: a light event's task is
given out again after 1 s, and 0.1 s more for each other event under way in its process, 10 s at most (\`temporal/durable/task-timeout.ts\`).
`;
}

function recoveriesOf(point: RecoveryPointName, company: Company): readonly Recovery[] {
  const of = recoveries.filter((one) => one.point === point && one.company === company);
  return point === 'permit just granted' ? of.filter(({ heardOfBefore }) => heardOfBefore === 0) : of;
}

function waits(of: readonly Recovery[]): string {
  const ms = of.map(({ goneOnMs, readyMs, company }) => (company === 'another alive' ? goneOnMs : Math.max(0, goneOnMs - readyMs)));
  const { p50, p95 } = quantiles(ms);
  return of.length === 0 ? '–' : `${[p50, p95, Math.max(...ms)].map(seconds).join(' · ')} (${of.length})`;
}

function readyAfter(company: Company): string {
  return seconds(median(recoveries.filter((one) => one.company === company).map(({ readyMs }) => readyMs)));
}

/** Kills after which anything was sent, or a handler called, more often than once. */
function repeated(point: RecoveryPointName): number {
  const isRepeated = ({ events }: Recovery): boolean => events.some(({ calledAfter, sentAfter }) => calledAfter > 1 || sentAfter > 1);
  return recoveries.filter((one) => one.point === point && isRepeated(one)).length;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
