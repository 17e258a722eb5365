import { expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { useBrowser } from './support/use-browser.ts';

const { open, takeFaults } = useBrowser();
const { limits } = createClient({ url: inject('serviceUrl') });

it('shows who holds permits and who waits, and sets how many there are', async () => {
  const page = await open('/limits');
  const tasks = page.getByRole('region', { name: 'tasks', exact: true });
  await tasks.getByText('5 of 5 permits are held; 2 events wait.').waitFor();
  await tasks.getByRole('link', { name: 'slow-1' }).waitFor();
  expect(await tasks.getByRole('listitem').filter({ hasText: 'slow-7' }).getAttribute('value')).toBe('2');
  // Fewer than are held: nobody who holds one loses it.
  await tasks.getByLabel('Permits').fill('4');
  await tasks.getByRole('button', { name: 'Set' }).click();
  await tasks.getByText('5 of 4 permits are held').waitFor();
  await tasks.getByRole('button', { name: 'As configured' }).click();
  await tasks.getByText('5 of 5 permits are held').waitFor();
  expect((await limits.get('tasks')).capacity).toBe(5);
});

it('shows which destinations fail, and has one tried', async () => {
  const page = await open('/destinations');
  const failing = page.getByRole('region', { name: /localhost/ });
  await failing.getByText('Failures in a row').waitFor();
  await failing.getByRole('button', { name: 'Try it now' }).click();
  await page.getByText(/localhost:\d+ is tried now\./).waitFor();
});

it('shows the state of a subject, and its last events', async () => {
  const page = await open('/subjects');
  await page.getByRole('link', { name: 'test-counter/counter-1' }).waitFor();
  await page.getByLabel('Its type').fill('test-counter');
  await page.getByLabel('Its id').fill('counter-1');
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.getByRole('region', { name: 'the state' }).getByText('"sum": 2').waitFor();
  await page.getByRole('row', { name: /test-counted.*completed 1/ }).waitFor();
  await page.getByRole('row', { name: /\/sum – → 2/ }).waitFor();
  await page.getByRole('link', { name: 'Its events in the list' }).click();
  await page.getByRole('table', { name: 'Events, newest first' }).getByText('test-counted').waitFor();
});

it('says that there is no such subject type', async () => {
  const page = await open('/subjects/nothing/x%20%2F%20y');
  await page.getByRole('heading', { level: 1, name: 'x / y' }).waitFor();
  await page.getByRole('alert').first().getByText('not_found').waitFor();
  for (const fault of takeFaults()) expect(fault).toMatch(/status of 404/);
});

it('shows the types, and what data one has, and leads to where one is sent', async () => {
  const page = await open('/types');
  await page.getByLabel('Find').fill('ordered');
  await page.getByRole('link', { name: 'test-ordered' }).click();
  await page.getByRole('region', { name: 'the schema' }).getByText('"behave"').waitFor();
  await page.getByText('after-quick, light, after quick').waitFor();
  await page
    .getByRole('region', { name: 'Its last events' })
    .getByText(/of the last|None has ended/)
    .waitFor();
  await page.getByRole('link', { name: 'Send one' }).click();
  await page.getByRole('heading', { level: 1, name: 'Send' }).waitFor();
  expect(await page.getByRole('combobox', { name: 'Type' }).inputValue()).toBe('test-ordered');
});
