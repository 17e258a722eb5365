import { expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { useBrowser } from './support/use-browser.ts';

const { open, takeFaults } = useBrowser();
const { events } = createClient({ url: inject('serviceUrl') });

it('shows new events as they come, and their end', async () => {
  const page = await open('/events?type=test-mended-heavy');
  await page.getByText('There is no such event.').waitFor();
  await events.submit({ type: 'test-mended-heavy', id: 'come-1', data: { file: '/nowhere' } });
  await page.getByRole('link', { name: 'come-1' }).waitFor();
  await events.cancel('come-1');
  await page.getByRole('row', { name: /come-1 .*cancelled/ }).waitFor();
});

it('keeps its filter in the address, from where it is read again', async () => {
  const page = await open('/events');
  await page.getByLabel('Status').selectOption('failed');
  await page.getByRole('link', { name: 'failed-2' }).waitFor();
  await page.getByLabel('Type', { exact: true }).fill('test-quoted');
  await page.getByLabel('Type', { exact: true }).press('Enter');
  await expect.poll(() => page.url()).toMatch(/\/events\?.*status=failed/);
  expect(page.url()).toMatch(/type=test-quoted/);
  await page.reload();
  await page.getByRole('link', { name: 'failed-2' }).waitFor();
  expect(await page.getByLabel('Status').inputValue()).toBe('failed');
  expect(await page.getByRole('link', { name: 'done-1' }).count()).toBe(0);
});

it('says what is wrong with a filter that the service refuses', async () => {
  const page = await open('/events?subject=nothing');
  await page.getByRole('alert').getByText('subject').first().waitFor();
  // A browser complains of each answer that is no success.
  for (const fault of takeFaults()) expect(fault).toMatch(/status of 422/);
});

it('lists the events of a batch and of a subject', async () => {
  const page = await open('/events?batch=batch-1');
  await page.getByRole('row', { name: /batch-1_20.*failed/ }).waitFor();
  await page.goto(`${inject('serviceUrl')}/#/events?subject=test-counter%2Fcounter-1`);
  await page.getByRole('row', { name: /counter-1/ }).waitFor();
  // A service that is busy at that moment says so, and the page asks again.
  for (const fault of takeFaults()) expect(fault).toMatch(/status of 503/);
});

it('is used by the keyboard alone', async () => {
  const page = await open('/events?type=test-slow-work');
  await page.getByRole('link', { name: 'slow-7' }).focus();
  await page.keyboard.press('j');
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('slow-6');
  await page.keyboard.press('End');
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('slow-1');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'slow-2' }).waitFor();
});

it('has only those rows in the page that are in sight, and the rest as it is scrolled to', async () => {
  const items = Array.from({ length: 200 }, (_, index) => ({ type: 'test-reached', id: `many-${index}`, data: { anew: false } }));
  await Promise.all(items.map((event) => events.submit(event)));
  const page = await open('/events?type=test-reached');
  await page.getByRole('row', { name: /many-/ }).first().waitFor();
  expect(await page.getByRole('link', { name: 'many-' }).count()).toBeLessThan(60);
  const reachesEnd = async (): Promise<boolean> => {
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    return (await page.getByRole('table').getAttribute('aria-rowcount')) !== '-1';
  };
  await expect.poll(reachesEnd, { timeout: 30_000 }).toBe(true);
  expect(await page.getByRole('link', { name: 'many-' }).count()).toBeLessThan(60);
});
