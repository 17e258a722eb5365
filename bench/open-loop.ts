import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { until } from '../test/support/until.ts';
import { startCallbackSink } from './callback-sink.ts';
import { createLoad, noise, throughput } from './load.ts';
import type { Sending } from './load.ts';
import { atRate, MIXED, takeTurns } from './pace.ts';
import { isAccepted, toReport } from './open-loop-report.ts';
import type { Load, Measured, Scenario } from './open-loop-report.ts';
import { withService } from './service-under-test.ts';

// `npm run bench:open-loop`: what callers see who don't wait for one another, up to more than the service can do.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '2000' },
    // Events a second of one tier, each for so many seconds.
    rates: { type: 'string', default: '50,100,500,1000' },
    seconds: { type: 'string', default: '20' },
    // The same to a receiver that takes so many milliseconds to answer.
    receivers: { type: 'string', default: '400@100,200@300,20@1200' },
    // Of all tiers, for so many seconds.
    mixed: { type: 'string', default: '1000x60,2000x30' },
    // With ids of their own, events have a workflow each and are never started together.
    own: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/open-loop.md' },
  },
});
const seconds = Number(values.seconds);

// More than can wait in the service: what is held up there is not to be held up here.
const CONNECTIONS = 2_000;
const ONE_TIER = { normal: 1 };

const scenarios: readonly Scenario[] = [
  ...values.rates.split(',').map((rate) => ({ part: 'rate' as const, rate: Number(rate), seconds, shares: ONE_TIER, answerAfterMs: 0 })),
  ...values.receivers.split(',').map((receiver) => {
    const [rate = Number.NaN, answerAfterMs = Number.NaN] = receiver.split('@').map(Number);
    return { part: 'receiver' as const, rate, seconds, shares: ONE_TIER, answerAfterMs };
  }),
  ...values.mixed.split(',').map((mixed) => {
    const [rate = Number.NaN, forSeconds = Number.NaN] = mixed.split('x').map(Number);
    return { part: 'mixed' as const, rate, seconds: forSeconds, shares: MIXED, answerAfterMs: 0 };
  }),
];
const rounds: (readonly Measured[])[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  await withService(async ({ url }) => {
    const sink = await startCallbackSink();
    const sending = { load: createLoad(url, CONNECTIONS), sink, ownIds: values.own };
    await throughput(sending, Number(values.warmup), 64, 'warmup');
    const measured: Measured[] = [];
    for (const [index, scenario] of scenarios.entries()) {
      sink.answerAfterMs = scenario.answerAfterMs;
      measured.push(await measure(url, sending, scenario, `${index}`));
    }
    rounds.push(measured);
    await sending.load.close();
    sink.close();
  });
}
const report = toReport(
  scenarios.map((scenario, index) => ({ scenario, rounds: rounds.flatMap((measured) => measured[index] ?? []) })),
  { rounds: values.rounds, warmup: values.warmup, own: values.own },
);
process.stdout.write(report);
await writeFile(values.out, report);

async function measure(url: string, { load, sink, ownIds }: Sending, { rate, seconds, shares }: Load, name: string): Promise<Measured> {
  const nextTier = takeTurns(shares);
  const duplicatesBefore = sink.duplicates;
  let lastDueMs = 0;
  const posted = await atRate(rate, rate * seconds, async (index, dueMs) => {
    const [key, tier, lateMs] = [`${name}-${index}`, nextTier(), performance.now() - dueMs];
    lastDueMs = dueMs;
    const event = { ...noise(sink, key), tier, ...(ownIds && { id: key }) };
    const answered = await load.post(event).catch(() => null);
    if (answered?.status === 202) return { key, tier, dueMs, lateMs, answer: 'accepted', acceptedMs: answered.atMs - dueMs };
    const { code = 'no answer' } = JSON.parse(answered?.text ?? '{}') as { readonly code?: string };
    return { key, tier, dueMs, lateMs, answer: code, acceptedMs: Number.NaN };
  });
  const accepted = posted.filter(isAccepted);
  await until('all that was accepted is called back', async () => accepted.every(({ key }) => sink.arrived.has(key)), 120_000);
  await until('nothing waits in the service', async () => (await waiting(url)) === 0, 60_000);
  const drainedMs = performance.now() - lastDueMs;
  const sent = posted.map(({ key, dueMs, ...event }) => ({
    ...event,
    calledBackMs: isAccepted(event) ? (sink.arrived.get(key) ?? Number.NaN) - dueMs : Number.NaN,
  }));
  return { sent, drainedMs, duplicates: sink.duplicates - duplicatesBefore };
}

/** Events that stand in the service's intake or whose stages have not ended. */
async function waiting(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return [...metrics.matchAll(/^tickless_intake\{.*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}
