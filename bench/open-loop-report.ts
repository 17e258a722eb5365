import type { Tier } from '../domain/tier.ts';
import { machine } from './machine.ts';
import type { Shares } from './pace.ts';
import { median, quantiles } from './quantiles.ts';
import { table } from './table.ts';

export interface Load {
  /** Events a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly shares: Shares;
}

/** What is measured in each round, and the part of the report that it is for. */
export interface Scenario extends Load {
  readonly part: 'rate' | 'receiver' | 'mixed';
  /** How long the receiver of callbacks takes to answer. */
  readonly answerAfterMs: number;
}

export interface Sent {
  readonly tier: Tier;
  /** NaN of what wasn't accepted. */
  readonly acceptedMs: number;
  readonly calledBackMs: number;
  /** `accepted`, or why not: the problem's code, or `no answer`. */
  readonly answer: string;
  /** How much later than due the client itself was. */
  readonly lateMs: number;
}

export interface Measured {
  readonly sent: readonly Sent[];
  /** From the last event's due time until all that was accepted had been called back, and nothing waited. */
  readonly drainedMs: number;
  readonly duplicates: number;
}

export interface Result {
  readonly scenario: Scenario;
  readonly rounds: readonly Measured[];
}

export interface Conditions {
  readonly rounds: string;
  readonly warmup: string;
  readonly own: boolean;
}

const TIMES = ['acceptedMs', 'calledBackMs', 'lateMs'] as const;

export function toReport(results: readonly Result[], { rounds, warmup, own }: Conditions): string {
  const of = (part: Scenario['part']): readonly Result[] => results.filter(({ scenario }) => scenario.part === part);
  const seconds = of('rate')[0]?.scenario.seconds ?? 0;
  return `# Open loop, measured

${machine()} \`noise\` events of 300 bytes
with callbacks, ${own ? 'a workflow each' : 'without ids of their own, so that they may be started together'}. Each is sent when it is due, whatever became of those before, and its time counts
from then (no coordinated omission); what is refused is not sent again. Medians over ${rounds} rounds, each with a new service and ${warmup} events of
warm-up. Repeat it with \`npm run bench:open-loop\`${own ? '` -- --own`' : ''}.

## By rate, ${seconds} s each

${table(
  ['events/s', 'accepted', 'POST → 202, ms, p50 / p95 / p99', 'POST → callback', 'of it the client was late'],
  of('rate').map(({ scenario, rounds: measured }) => [
    `${scenario.rate}`,
    accepted(measured),
    ...TIMES.map((time) => times(measured, time, 'normal')),
  ]),
)}

## To a receiver that takes its time, ${seconds} s each

${table(
  ['events/s', 'it answers after', 'accepted', 'POST → 202, ms, p50 / p95 / p99', 'POST → callback has come'],
  of('receiver').map(({ scenario, rounds: measured }) => [
    `${scenario.rate}`,
    `${scenario.answerAfterMs} ms`,
    accepted(measured),
    times(measured, 'acceptedMs', 'normal'),
    times(measured, 'calledBackMs', 'normal'),
  ]),
)}
${of('mixed').map(toMixed).join('')}`;
}

function toMixed({ scenario: { rate, seconds, shares }, rounds }: Result): string {
  const perSecond = median(rounds.map(({ sent }) => sent.filter(isAccepted).length / seconds));
  const drainedMs = Math.max(...rounds.map((round) => round.drainedMs));
  return `
## ${rate} a second of all tiers, for ${seconds} s

${table(
  ['tier', 'of all', 'accepted', 'POST → 202, ms, p50 / p95 / p99', 'POST → callback'],
  (Object.keys(shares) as readonly Tier[]).map((tier) => [
    tier,
    percent(shares[tier] ?? 0),
    accepted(rounds, tier),
    times(rounds, 'acceptedMs', tier),
    times(rounds, 'calledBackMs', tier),
  ]),
)}

Accepted: ${perSecond.toFixed(0)} a second; all of it was done and nothing waited ${(drainedMs / 1_000).toFixed(1)} s after the last was due, in the worst round. Refused in all
rounds: ${refusals(rounds)}. Callbacks sent twice: ${rounds.reduce((sum, { duplicates }) => sum + duplicates, 0)}.
`;
}

function accepted(rounds: readonly Measured[], tier: Tier = 'normal'): string {
  return percent(
    median(
      rounds.map(({ sent }) => {
        const ofTier = sent.filter((event) => event.tier === tier);
        return ofTier.filter(isAccepted).length / ofTier.length;
      }),
    ),
  );
}

function times(rounds: readonly Measured[], time: (typeof TIMES)[number], tier: Tier): string {
  const ofRounds = rounds.map(({ sent }) =>
    quantiles(sent.filter((event) => event.tier === tier && isAccepted(event)).map((event) => event[time])),
  );
  return (['p50', 'p95', 'p99'] as const).map((quantile) => median(ofRounds.map((round) => round[quantile])).toFixed(1)).join(' / ');
}

function refusals(rounds: readonly Measured[]): string {
  const refused = rounds.flatMap(({ sent }) => sent.filter((event) => !isAccepted(event)));
  const reasons = [...new Set(refused.map(({ answer }) => answer))];
  return reasons.map((reason) => `${refused.filter(({ answer }) => answer === reason).length} × \`${reason}\``).join(', ') || 'none';
}

export function isAccepted({ answer }: Pick<Sent, 'answer'>): boolean {
  return answer === 'accepted';
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
