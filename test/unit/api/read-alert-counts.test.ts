import { expect, it } from 'vitest';
import { createMetrics } from '../../../api/metrics.ts';
import { readAlertCounts } from '../../../api/read-alert-counts.ts';
import { NO_COUNTS } from '../../../domain/alert-counts.ts';
import type { RunEnd } from '../../../domain/run-end.ts';

const END: RunEnd = {
  event: 'e-1',
  run: 1,
  tenant: 'default',
  type: 'sample',
  tier: 'high',
  outcome: 'completed',
  queuedMs: 9_999,
  runMs: 60_000,
};

it('reads from the metrics what alerts are about', async () => {
  const metrics = createMetrics({ find: () => undefined });
  for (const outcome of ['completed', 'failed', 'partial', 'cancelled'] as const) metrics.ended({ ...END, outcome });
  metrics.ended({ ...END, queuedMs: 10_001 });
  metrics.ended({ ...END, tier: 'low', queuedMs: null, runMs: null });
  for (const outcome of ['delivered', 'retried', 'failed', 'parked'] as const) {
    metrics.delivery({ outcome, tenant: 'default', tier: 'high', seconds: 20 });
  }
  for (const event of ['started', 'suspected', { ended: 'memory' }, { ended: 'memory' }, { ended: 'deaf' }] as const) metrics.host(event);
  metrics.accepted(END, 20);

  expect(await readAlertCounts(metrics.registry)).toEqual({
    ...NO_COUNTS,
    verdicts: 6,
    failed: 2,
    attempts: 4,
    failedAttempts: 2,
    hostsEnded: { memory: 2, deaf: 1 },
    begun: { critical: 0, high: 5, normal: 0, low: 0, bulk: 0 },
    begunLate: { critical: 0, high: 1, normal: 0, low: 0, bulk: 0 },
  });
});

it('finds nothing where nothing was counted', async () => {
  const { verdicts, attempts, hostsEnded } = await readAlertCounts(createMetrics({ find: () => undefined }).registry);

  expect({ verdicts, attempts, hostsEnded }).toEqual({ verdicts: 0, attempts: 0, hostsEnded: {} });
});
