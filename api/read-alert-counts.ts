import type { Registry } from 'prom-client';
import { LATE_AFTER_SECONDS } from '../domain/alert-conditions.ts';
import type { AlertCounts } from '../domain/alert-counts.ts';
import { NO_COUNTS } from '../domain/alert-counts.ts';
import { TIERS } from '../domain/tier.ts';
import type { Tier } from '../domain/tier.ts';

interface Counted {
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly value: number;
  /** Of a histogram: whether it is a bucket or the count of all. */
  readonly metricName?: string;
}

/** What this process has counted since it began, of what alerts are about. It is read from the metrics, so that both say the same. */
export async function readAlertCounts(registry: Registry): Promise<Omit<AlertCounts, 'calls' | 'slowCalls'>> {
  const valuesOf = async (name: string): Promise<readonly Counted[]> => (await registry.getSingleMetric(name)?.get())?.values ?? [];
  const [verdicts, deliveries, ended, seconds] = await Promise.all(
    ['tickless_events_completed_total', 'tickless_deliveries_total', 'tickless_hosts_ended_total', 'tickless_event_seconds'].map(valuesOf),
  );
  const queued = (seconds ?? []).filter(({ labels }) => labels['part'] === 'queued');
  const begun = byTier(queued.filter(({ metricName }) => metricName === 'tickless_event_seconds_count'));
  const inTime = byTier(queued.filter(({ labels }) => Number(labels['le']) === LATE_AFTER_SECONDS));
  return {
    ...NO_COUNTS,
    verdicts: sum(verdicts),
    failed: sum(verdicts, ({ outcome }) => outcome === 'failed' || outcome === 'partial'),
    attempts: sum(deliveries),
    failedAttempts: sum(deliveries, ({ outcome }) => outcome === 'retried' || outcome === 'failed'),
    hostsEnded: Object.fromEntries((ended ?? []).flatMap(({ labels: { cause }, value }) => (cause === undefined ? [] : [[cause, value]]))),
    begun,
    begunLate: Object.fromEntries(TIERS.map((tier) => [tier, (begun[tier] ?? 0) - (inTime[tier] ?? 0)])),
  };
}

function sum(values: readonly Counted[] = [], selects: (labels: Counted['labels']) => boolean = () => true): number {
  return values.filter(({ labels }) => selects(labels)).reduce((total, { value }) => total + value, 0);
}

function byTier(values: readonly Counted[]): Readonly<Record<Tier, number>> {
  return Object.fromEntries(TIERS.map((tier) => [tier, sum(values, (labels) => labels['tier'] === tier)])) as Record<Tier, number>;
}
