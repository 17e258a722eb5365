import { expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { useBrowser } from './support/use-browser.ts';

const { open } = useBrowser();
const { batches } = createClient({ url: inject('serviceUrl') });

it('shows how far batches are, and of one which items have failed and why', async () => {
  const page = await open('/batches');
  await page
    .getByRole('row', { name: /Monday's.*partial.*100 % of 21, 1 failed/ })
    .getByRole('link')
    .click();
  await page.getByText('0 pending, 0 running, 20 completed, 1 failed, 0 cancelled').waitFor();
  await page.getByRole('region', { name: 'What has failed' }).getByText('sold_out').waitFor();
  await page.getByLabel('Status').selectOption('failed');
  await page.getByRole('row', { name: /batch-1_20.*failed.*sold_out/ }).waitFor();
  await expect.poll(() => page.getByRole('row', { name: /batch-1_/ }).count()).toBe(1);
});

it('pauses, resumes and cancels a batch, and runs again what has failed', async () => {
  // One after the other, it goes on for long enough.
  const events = Array.from({ length: 50 }, () => ({ type: 'test-counted', subject: 'batched-1', data: { add: 0, ms: 900 } }));
  await batches.submit({ id: 'steered-1', mode: 'sequential', events });
  const page = await open('/batches/steered-1');
  await page.getByRole('button', { name: 'Pause' }).click();
  const where = page.getByRole('region', { name: 'Where it stands' });
  await where.getByText('paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await where.getByText('running', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await where.getByText('cancelled', { exact: true }).waitFor();

  await batches.submit({ id: 'retried-1', events: [{ type: 'test-quoted', data: { cents: 1, how: 'permanently' } }] });
  await page.goto(`${inject('serviceUrl')}/#/batches/retried-1`);
  await page.getByRole('button', { name: 'Run the failed ones again' }).click();
  await page.getByText('What has failed runs again.').waitFor();
  await expect.poll(async () => (await batches.get('retried-1')).run, { timeout: 20_000 }).toBeGreaterThan(1);
});
