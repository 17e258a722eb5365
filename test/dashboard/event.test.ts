import { expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { ARABIC, EMOJI, LONG_ID, MARKUP } from './support/planted.ts';
import { useBrowser } from './support/use-browser.ts';

const { open, takeFaults } = useBrowser();
const { events } = createClient({ url: inject('serviceUrl') });

it('says where an event stands, what happened when, and what came of it', async () => {
  const page = await open('/events/done-1');
  await page.getByRole('region', { name: 'Where it stands' }).getByText('completed').waitFor();
  const when = page.getByRole('region', { name: 'What happened when' });
  for (const name of [/^Queued/, /^price/, /^reserve/, /^Callback, attempt 1 delivered, 200/])
    await when.getByRole('row', { name }).waitFor();
  await page.getByRole('region', { name: 'the results' }).getByText('"reserved": 10').waitFor();
  await page.getByRole('region', { name: 'Callback', exact: true }).getByText('delivered').waitFor();
  expect(await page.getByRole('link', { name: 'In Temporal’s UI' }).getAttribute('href')).toMatch(/^http.*done-1/);
});

it('says what an event waits for, and leads to who holds it', async () => {
  const page = await open('/events/slow-7');
  const why = page.getByRole('region', { name: 'Why', exact: true });
  await why.getByText(/It waits for a permit of "tasks", at position 2/).waitFor();
  await why.getByRole('link', { name: 'slow-3' }).click();
  await page.getByRole('heading', { level: 1, name: 'slow-3' }).waitFor();
  await page.getByText('Its action runs, attempt 1.').waitFor();
});

it('shows what an event has failed of, and runs it again with other data', async () => {
  const page = await open('/events/failed-1');
  await page.getByRole('region', { name: 'Why it failed' }).getByText('sold_out').waitFor();
  await page.getByRole('button', { name: 'Run again…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run it again' });
  await dialog.getByLabel('Data').fill('{"cents": 5,');
  await dialog.getByText(/This is not JSON/).waitFor();
  expect(await dialog.getByRole('button', { name: 'Run it again' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Data').fill('{"cents": 7, "how": "well"}');
  await dialog.getByText('"path":"/cents"').waitFor();
  await dialog.getByRole('button', { name: 'Run it again' }).click();
  await page.getByRole('region', { name: 'Where it stands' }).getByText('completed').waitFor();
  expect(await events.get('failed-1')).toMatchObject({ run: 2, data: { cents: 7, how: 'well' }, status: 'completed' });
});

it('cancels an event that waits, and offers that no more', async () => {
  await events.submit({ type: 'test-quoted', id: 'delayed-1', data: { cents: 1 }, delayMs: 3_600_000 });
  const page = await open('/events/delayed-1');
  await page.getByText(/It was asked to wait until/).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('region', { name: 'Where it stands' }).getByText('cancelled').waitFor();
  await page.getByRole('button', { name: 'Run again…' }).waitFor();
  expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
});

it('has a callback sent again', async () => {
  const page = await open('/events/done-1');
  await page.getByRole('button', { name: 'Send the callback again' }).click();
  await page.getByText('The callback will be sent again.').waitFor();
  await page.getByRole('row', { name: /^Callback, attempt 2 delivered, 200/ }).waitFor();
});

it('shows what has followed from an event', async () => {
  const page = await open('/events/caused-1');
  const tree = page.getByRole('region', { name: 'What caused it, and what followed' });
  await tree.getByRole('link').click();
  await page.getByText('Caused by').waitFor();
  await tree.getByRole('link', { name: 'caused-1' }).waitFor();
});

it('shows what came of each handler', async () => {
  const page = await open('/events/handled-1');
  const handlers = page.getByRole('region', { name: 'Handlers', exact: true });
  await handlers.getByRole('row', { name: /^quick.*completed/ }).waitFor();
  await handlers
    .getByRole('row', { name: /^other.*failed/ })
    .getByText('other refuses')
    .waitFor();
});

it('runs no markup that an event has', async () => {
  const page = await open(`/events/${LONG_ID}`);
  await page.getByText(MARKUP).first().waitFor();
  expect(await page.evaluate('window.planted')).toBeUndefined();
  expect(await page.locator('main img, main script').count()).toBe(0);
});

it('shows text of any script', async () => {
  const page = await open('/events/strange-1');
  const data = page.getByRole('region', { name: 'the data' });
  await data.getByText(ARABIC).waitFor();
  await data.getByText(EMOJI).waitFor();
});

it('copies a test that has its type and data', async () => {
  const page = await open('/events/strange-1', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('button', { name: 'Copy as a test' }).click();
  await page.getByText('Copied: a test with this event’s data.').waitFor();
  const copied = String(await page.evaluate('navigator.clipboard.readText()'));
  expect(copied).toContain(`import { testApproved } from '../events/test-approved.ts';`);
  for (const text of [ARABIC, EMOJI]) expect(copied).toContain(text);
});

it('folds data that is long', async () => {
  const page = await open('/events/big-1');
  const data = page.getByRole('region', { name: 'the data' });
  const lengthOf = async (): Promise<number> => (await data.textContent())?.length ?? 0;
  await data.waitFor();
  expect(await lengthOf()).toBeLessThan(5_000);
  await page.getByRole('button', { name: 'Show more of 960 KB' }).click();
  await expect.poll(lengthOf).toBeGreaterThan(30_000);
  await page.getByRole('button', { name: 'Show less' }).click();
  await expect.poll(lengthOf).toBeLessThan(5_000);
});

it('shows times in the zone of the reader', async () => {
  const { acceptedAt } = await events.get('done-1');
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', timeStyle: 'medium' }).format(new Date(acceptedAt));
  const page = await open('/events/done-1', { timezoneId: 'Asia/Tokyo' });
  await page.getByText('Times are in Asia/Tokyo.').waitFor();
  await page.getByText(time).first().waitFor();
});

it('says that there is no such event', async () => {
  const page = await open('/events/nowhere');
  await page.getByRole('alert').getByText('not_found').first().waitFor();
  for (const fault of takeFaults()) expect(fault).toMatch(/status of 404/);
});
