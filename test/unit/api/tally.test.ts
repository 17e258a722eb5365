import { expect, it } from 'vitest';
import { createTally } from '../../../api/tally.ts';
import type { TenantMinutes } from '../../../api/tally.ts';
import { createStatsTeller } from '../../../api/tell-stats.ts';

const MINUTE_MS = 60_000;
const END = { event: 'e-1', run: 1, tenant: 'acme', type: 'order', tier: 'high', outcome: 'failed', queuedMs: 1, runMs: 2 } as const;

it('counts by tenant and minute, and keeps what is not told yet', () => {
  let nowMs = 10 * MINUTE_MS;
  const tally = createTally(() => nowMs);
  tally.accepted({ tenant: 'acme' }, 3);
  tally.shed({ tenant: 'acme' });
  tally.ended(END);
  tally.delivery({ tenant: 'acme', outcome: 'delivered' });
  tally.delivery({ tenant: 'acme', outcome: 'retried' });
  tally.delivery({ tenant: 'acme', outcome: 'failed' });
  tally.delivery({ tenant: 'acme', outcome: 'parked' });
  tally.accepted({ tenant: 'beta' }, 1);
  expect(tally.counted('over')).toEqual([]);
  nowMs += MINUTE_MS;
  tally.accepted({ tenant: 'acme' }, 1);

  const [acme, beta] = tally.counted('over');
  expect(acme).toMatchObject({
    tenant: 'acme',
    minutes: [{ minute: 10, accepted: 3, shed: 1, failed: 1, completed: 0, delivered: 1, undelivered: 2 }],
  });
  expect(beta).toMatchObject({ tenant: 'beta', minutes: [{ minute: 10, accepted: 1 }] });
  if (acme) tally.forget(acme);
  if (beta) tally.forget(beta);
  expect(tally.counted('over')).toEqual([]);
  expect(tally.counted('all')).toMatchObject([{ tenant: 'acme', minutes: [{ minute: 11, accepted: 1 }] }]);
});

it('gives up what could not be told for an hour, and counts no more than a thousand tenants', () => {
  let nowMs = 0;
  const tally = createTally(() => nowMs);
  for (let tenant = 0; tenant < 1_001; tenant += 1) tally.accepted({ tenant: `t${tenant}` }, 1);
  expect(tally.counted('all')).toHaveLength(1_000);
  nowMs = 60 * MINUTE_MS;
  tally.accepted({ tenant: 't1' }, 1);
  expect(
    tally
      .counted('all')
      .find(({ tenant }) => tenant === 't1')
      ?.minutes.map(({ minute }) => minute),
  ).toEqual([60]);
});

it('tells each tenant what is over, and again a minute later what could not be told', async () => {
  let nowMs = 0;
  const tally = createTally(() => nowMs);
  const told: TenantMinutes[] = [];
  const failures: unknown[] = [];
  let isAway = true;
  const teller = createStatsTeller({
    tally,
    tell: async (counted) => {
      if (isAway && counted.tenant === 'acme') throw new Error('away');
      told.push(counted);
    },
    onFailure: (error) => failures.push(error),
  });
  tally.accepted({ tenant: 'acme' }, 1);
  tally.accepted({ tenant: 'beta' }, 1);
  nowMs = MINUTE_MS;
  await teller.tellOver();
  expect([told.map(({ tenant }) => tenant), failures]).toEqual([['beta'], [new Error('away')]]);
  isAway = false;
  tally.accepted({ tenant: 'acme' }, 1);
  await teller.tellOver();
  await teller.tellAll();
  await teller.tellAll();
  expect(told.slice(1)).toMatchObject([
    { tenant: 'acme', minutes: [{ minute: 0, accepted: 1 }] },
    { tenant: 'acme', minutes: [{ minute: 1, accepted: 1 }] },
  ]);
});
