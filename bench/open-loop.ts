import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Tier } from '../domain/tier.ts';
import { until } from '../test/support/until.ts';
import { startCallbackSink } from './callback-sink.ts';
import { createLoad, noise, throughput } from './load.ts';
import type { Sending } from './load.ts';
import { machine } from './machine.ts';
import { atRate, MIXED, takeTurns } from './pace.ts';
import type { Shares } from './pace.ts';
import { median, quantiles } from './quantiles.ts';
import { withService } from './service-under-test.ts';

// `npm run bench:open-loop`: what callers see who don't wait for one another, up to more than the service can do.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '2000' },
    // Events a second of one tier, each for so many seconds.
    rates: { type: 'string', default: '50,100,500,1000' },
    seconds: { type: 'string', default: '20' },
    // Of all tiers.
    'mixed-rate': { type: 'string', default: '1000' },
    'mixed-seconds': { type: 'string', default: '60' },
    // With ids of their own, events have a workflow each and are never started together.
    own: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/open-loop.md' },
  },
});
const rates = values.rates.split(',').map(Number);
const mixedRate = Number(values['mixed-rate']);

// More than can wait in the service: what is held up there is not to be held up here.
const CONNECTIONS = 2_000;
const ACCEPTED = 'accepted';

interface Sent {
  readonly tier: Tier;
  /** NaN of what wasn't accepted. */
  readonly acceptedMs: number;
  readonly calledBackMs: number;
  /** `accepted`, or why not: the problem's code, or `no answer`. */
  readonly answer: string;
  /** How much later than due the client itself was. */
  readonly lateMs: number;
}

interface Measured {
  readonly sent: readonly Sent[];
  /** From the last event's due time until all that was accepted had been called back, and nothing waited. */
  readonly drainedMs: number;
  readonly duplicates: number;
}

const steady: Measured[][] = [];
const mixed: Measured[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  await withService(async ({ url }) => {
    const sink = await startCallbackSink();
    const sending = { load: createLoad(url, CONNECTIONS), sink, ownIds: values.own };
    await throughput(sending, Number(values.warmup), 64, 'warmup');
    const row: Measured[] = [];
    for (const rate of rates) row.push(await measure(url, sending, { rate, seconds: Number(values.seconds), shares: { normal: 1 } }));
    steady.push(row);
    mixed.push(await measure(url, sending, { rate: mixedRate, seconds: Number(values['mixed-seconds']), shares: MIXED }));
    await sending.load.close();
    sink.close();
  });
}
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

interface Load {
  readonly rate: number;
  readonly seconds: number;
  readonly shares: Shares;
}

async function measure(url: string, { load, sink, ownIds }: Sending, { rate, seconds, shares }: Load): Promise<Measured> {
  const nextTier = takeTurns(shares);
  const name = `${rate}-${Object.keys(shares).length}`;
  const duplicatesBefore = sink.duplicates;
  let lastDueMs = 0;
  const posted = await atRate(rate, rate * seconds, async (index, dueMs) => {
    const [key, tier, lateMs] = [`${name}-${index}`, nextTier(), performance.now() - dueMs];
    lastDueMs = dueMs;
    const event = { ...noise(sink, key), tier, ...(ownIds && { id: key }) };
    const answered = await load.post(event).catch(() => null);
    if (answered?.status === 202) return { key, tier, dueMs, lateMs, answer: ACCEPTED, acceptedMs: answered.atMs - dueMs };
    const { code = 'no answer' } = JSON.parse(answered?.text ?? '{}') as { readonly code?: string };
    return { key, tier, dueMs, lateMs, answer: code, acceptedMs: Number.NaN };
  });
  const accepted = posted.filter(({ answer }) => answer === ACCEPTED);
  await until('all that was accepted is called back', async () => accepted.every(({ key }) => sink.arrived.has(key)), 120_000);
  await until('nothing waits in the service', async () => (await waiting(url)) === 0, 60_000);
  const drainedMs = performance.now() - lastDueMs;
  const sent = posted.map(({ key, dueMs, ...event }) => ({
    ...event,
    calledBackMs: event.answer === ACCEPTED ? (sink.arrived.get(key) ?? Number.NaN) - dueMs : Number.NaN,
  }));
  return { sent, drainedMs, duplicates: sink.duplicates - duplicatesBefore };
}

/** Events that stand in the service's intake or whose stages have not ended. */
async function waiting(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return [...metrics.matchAll(/^tickless_intake\{.*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

function toReport(): string {
  const over = (rounds: readonly Measured[], pick: (measured: Measured) => number): number => median(rounds.map(pick));
  const percentiles = (rounds: readonly Measured[], tier: Tier, part: 'acceptedMs' | 'calledBackMs' | 'lateMs'): string => {
    const of = rounds.map(({ sent }) =>
      quantiles(sent.filter((event) => event.tier === tier && event.answer === ACCEPTED).map((e) => e[part])),
    );
    return (['p50', 'p95', 'p99'] as const).map((quantile) => median(of.map((round) => round[quantile])).toFixed(1)).join(' / ');
  };
  const share = ({ sent }: Measured, tier: Tier, taken: boolean): number => {
    const ofTier = sent.filter((event) => event.tier === tier);
    return ofTier.filter(({ answer }) => (answer === ACCEPTED) === taken).length / ofTier.length;
  };
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  const rateRows = rates.map((rate, index) => {
    const rounds = steady.flatMap((row) => row[index] ?? []);
    const taken = percent(over(rounds, (measured) => share(measured, 'normal', true)));
    return `| ${rate} | ${taken} | ${(['acceptedMs', 'calledBackMs', 'lateMs'] as const).map((part) => percentiles(rounds, 'normal', part)).join(' | ')} |`;
  });
  const tiers = Object.keys(MIXED) as readonly (keyof typeof MIXED)[];
  const tierRows = tiers.map((tier) => {
    const shed = percent(over(mixed, (measured) => share(measured, tier, false)));
    return `| ${tier} | ${percent(MIXED[tier] ?? 0)} | ${shed} | ${percentiles(mixed, tier, 'acceptedMs')} | ${percentiles(mixed, tier, 'calledBackMs')} |`;
  });
  const perSecond = over(mixed, ({ sent }) => sent.filter(({ answer }) => answer === ACCEPTED).length / Number(values['mixed-seconds']));
  const refusals = mixed.flatMap(({ sent }) => sent.filter(({ answer }) => answer !== ACCEPTED));
  const reasons = [...new Set(refusals.map(({ answer }) => answer))].map(
    (reason) => `${refusals.filter(({ answer }) => answer === reason).length} × \`${reason}\``,
  );
  const drained = mixed.map(({ drainedMs }) => drainedMs / 1_000);
  return `# Open loop, measured

${machine()} \`noise\` events of 300 bytes
with callbacks, ${values.own ? 'a workflow each' : 'without ids of their own, so that they may be started together'}. Each is sent when it is due, whatever became of those before, and its time counts
from then (no coordinated omission); what is refused is not sent again. Medians over ${values.rounds} rounds, each with a new service and ${values.warmup} events of
warm-up. Repeat it with \`npm run bench:open-loop\`${values.own ? '` -- --own`' : ''}.

## By rate, ${values.seconds} s each

| events/s | accepted | POST → 202, ms, p50 / p95 / p99 | POST → callback | of it the client was late |
|---|---|---|---|---|
${rateRows.join('\n')}

## ${mixedRate} a second of all tiers, for ${values['mixed-seconds']} s

| tier | of all | refused | POST → 202, ms, p50 / p95 / p99 | POST → callback |
|---|---|---|---|---|
${tierRows.join('\n')}

Accepted: ${perSecond.toFixed(0)} a second; all of it was done and nothing waited ${Math.max(...drained).toFixed(1)} s after the last was due, in the worst round. Refused in all
rounds: ${reasons.join(', ') || 'none'}. Callbacks sent twice: ${mixed.reduce((sum, { duplicates }) => sum + duplicates, 0)}.
`;
}
