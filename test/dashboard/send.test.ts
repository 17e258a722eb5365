import { execFileSync } from 'node:child_process';
import { expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { MARKUP } from './support/planted.ts';
import { useBrowser } from './support/use-browser.ts';

const { open, takeFaults } = useBrowser();
const { events } = createClient({ url: inject('serviceUrl') });

it('sends an event by the form of its type, and shows its end', async () => {
  const page = await open('/send');
  await page.getByRole('combobox', { name: 'Type' }).selectOption('test-quoted');
  await page.locator('#root_cents').fill('21');
  await page.locator('#root_how').selectOption({ label: 'once' });
  await page.getByLabel('Own id').fill('sent-1');
  await page.getByLabel('Callback URL').fill(`${inject('receiverUrl')}/sent`);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('region', { name: 'the results' }).getByText('"reserved": 42').waitFor();
  await page.getByRole('link', { name: 'sent-1' }).click();
  await page.getByRole('heading', { level: 1, name: 'sent-1' }).waitFor();
  expect(await events.get('sent-1')).toMatchObject({ data: { cents: 21, how: 'once' }, attempts: { reserve: 2 } });
});

it('sends JSON, which it checks while it is written, late and without waiting', async () => {
  const page = await open('/send?type=test-approved');
  const json = page.getByLabel('Data as JSON');
  await json.fill('{"a":');
  await page.getByText(/This is not JSON/).waitFor();
  expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
  await json.fill(JSON.stringify({ a: MARKUP }));
  await page.getByLabel('Own id').fill('sent-2');
  await page.getByLabel('Tier').selectOption('critical');
  await page.getByLabel('Delay, in seconds').fill('3600');
  await page.getByLabel('Wait for its end, in seconds').fill('0');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('link', { name: 'sent-2' }).waitFor();
  expect(await events.get('sent-2')).toMatchObject({ tier: 'critical', data: { a: MARKUP }, status: 'waiting' });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('nothing new began').waitFor();
  expect(await page.evaluate('window.planted')).toBeUndefined();
});

it('says beside the field what the service finds wrong with it', async () => {
  const page = await open('/send?type=test-quoted');
  await page.getByRole('button', { name: 'Empty it' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('alert').getByText('/data/cents', { exact: true }).waitFor();
  await page
    .locator('.error-detail')
    .getByText(/expected/)
    .waitFor();
  await page.getByRole('button', { name: 'Use the example' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('region', { name: 'the results' }).waitFor();
  for (const fault of takeFaults()) expect(fault).toMatch(/status of 422/);
});

it('shows the same as a command and as a program, to be copied', async () => {
  const page = await open('/send?type=test-approved', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByLabel('Data as JSON').fill(JSON.stringify({ quoted: `it's "so" $HOME \\ \`` }));
  await page.getByLabel('Own id').fill('copied-1');
  await page.getByRole('button', { name: 'Copy the curl code' }).click();
  await page.getByText('Copied: the curl code.').waitFor();
  const command = String(await page.evaluate('navigator.clipboard.readText()'));
  expect(JSON.parse(execFileSync('sh', ['-c', command], { encoding: 'utf8' }))).toMatchObject({ id: 'copied-1', status: 'completed' });
  expect(await events.get('copied-1')).toMatchObject({ data: { quoted: `it's "so" $HOME \\ \`` } });
  await page.getByRole('tab', { name: 'TypeScript' }).click();
  await page.getByRole('region', { name: 'TypeScript code' }).getByText("import { createClient } from 'tickless/client';").waitFor();
});
