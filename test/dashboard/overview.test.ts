import { expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { useBrowser } from './support/use-browser.ts';

const { open } = useBrowser();
const { events } = createClient({ url: inject('serviceUrl') });

it('says what needs attention, and leads to it', async () => {
  const page = await open('/');
  const attention = page.getByRole('region', { name: 'What needs attention' });
  await attention.getByText(/Callbacks to http:\/\/localhost:\d+ fail: \d+ callbacks? waits?/).waitFor();
});

it('shows permits, breakers and how many events end, live', async () => {
  const page = await open('/');
  await page.getByRole('row', { name: /tasks 5 of 5 2/ }).waitFor();
  await page.getByRole('row', { name: /localhost:\d+.*open/ }).waitFor();
  const rate = page.getByText('a second, live').locator('..').getByRole('strong');
  expect(await rate.textContent()).toBe('0');
  await events.submit({ type: 'test-approved', data: {} }, { waitSeconds: 10 });
  await page.getByText('0.1').waitFor();
});

it('shows which causes most has failed of, and leads to them', async () => {
  const page = await open('/');
  const causes = page.getByRole('region', { name: 'What failed, by cause' });
  await causes
    .getByRole('row', { name: /^sold_out test-quoted \d+$/ })
    .first()
    .getByRole('link')
    .click();
  await page.getByRole('heading', { level: 1, name: 'sold_out' }).waitFor();
});

it('shows the last hour and the last day', async () => {
  const page = await open('/');
  await page.getByRole('group', { name: /^Last hour, events a minute/ }).waitFor();
  await page.getByRole('tab', { name: 'Last day' }).click();
  await page
    .getByRole('group', { name: /^Last day, events a minute/ })
    .locator('canvas')
    .waitFor();
});
