import type { TicklessClient } from '../../../client/create-client.ts';
import { DEFAULT_TENANT } from '../../../domain/event-id.ts';
import { until } from '../../support/until.ts';

/** What a page must show as text: were it markup, the first would run. */
export const MARKUP = '<img src=x onerror="window.planted = true"><script>window.planted = true</script>';

export const ARABIC = 'حدث جديد من المستودع';
export const EMOJI = '🧾👩‍🔧🚚';

/** As long as an own id may be. */
export const LONG_ID = `long-${'x'.repeat(123)}`;

/** What `failed-1` and `failed-2` died of. */
export const SOLD_OUT = {
  kind: 'event',
  tenant: DEFAULT_TENANT,
  type: 'test-quoted',
  stage: 'reserve',
  code: 'sold_out',
  message: 'there is none left',
} as const;

/** Situations for the pages to show, by the ids of their events. */
export async function plant({ events, batches, limits }: TicklessClient, receiverUrl: string): Promise<void> {
  const callback = { url: `${receiverUrl}/well` };
  const noted = { type: 'test-approved', tier: 'high' } as const;
  await events.submit({ type: 'test-quoted', id: 'done-1', data: { cents: 5 }, callback }, { waitSeconds: 10 });
  for (const id of ['failed-1', 'failed-2']) {
    await events.submit({ type: 'test-quoted', id, data: { cents: 5, how: 'permanently' } }, { waitSeconds: 10 });
  }
  await events.submit({ ...noted, id: LONG_ID, source: MARKUP, data: { markup: MARKUP, [MARKUP]: 1, ARABIC, EMOJI } }, { waitSeconds: 10 });
  await events.submit({ ...noted, id: 'strange-1', source: ARABIC, data: { said: ARABIC, shown: EMOJI } }, { waitSeconds: 10 });
  await events.submit({ ...noted, id: 'wide-1', source: 'w'.repeat(255), data: { id: 'i'.repeat(500) } }, { waitSeconds: 10 });
  await events.submit({ ...noted, id: 'big-1', data: { text: 'a long text '.repeat(80_000) } }, { waitSeconds: 10 });
  const data = { name: 'root', type: 'test-branch', first: [{ name: 'leaf', type: 'test-branch' }] };
  await events.submit({ type: 'test-branch', id: 'caused-1', data }, { waitSeconds: 10 });
  const handled = { call: [], behave: { other: 'refuse' } };
  await events.submit({ type: 'test-ordered', id: 'handled-1', data: handled }, { waitSeconds: 10 });
  await events.submit({ type: 'test-counted', id: 'counted-1', subject: 'counter-1', data: { add: 2 } }, { waitSeconds: 10 });
  await batches.submit({
    id: 'batch-1',
    name: `Monday's ${EMOJI}`,
    events: [
      ...Array.from({ length: 20 }, (_, index) => ({ ...noted, data: { index } })),
      { type: 'test-quoted', data: { cents: 1, how: 'permanently' } },
    ],
  });
  for (let index = 0; index < 8; index += 1) {
    await events.submit({
      ...noted,
      id: `undelivered-${index}`,
      data: { index },
      callback: { url: `${receiverUrl.replace('127.0.0.1', 'localhost')}/broken` },
    });
  }
  // The limit is 5: the rest waits, in their order.
  for (let index = 1; index <= 7; index += 1) {
    await events.submit({ type: 'test-slow-work', id: `slow-${index}`, data: { ms: 3_000_000 } });
    const reason = index <= 5 ? 'running' : 'permit';
    await until(`slow-${index} is seen as "${reason}"`, async () => (await events.why(`slow-${index}`)).reason === reason);
  }
  await until('all permits are held', async () => (await limits.get('tasks')).holders.length === 5);
}
