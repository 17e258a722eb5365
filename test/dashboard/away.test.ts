import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { useBrowser } from './support/use-browser.ts';

const { open, takeFaults } = useBrowser();
let dataDirectory: string;
let port: number;
let service: ServiceProcess;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-dashboard-'));
  port = await freePort();
  await start('acme:first-key-0123456789');
});

afterAll(async () => {
  await stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

async function start(keys: string): Promise<void> {
  service = await startServiceProcess({ dataDirectory, port, env: { API_KEYS: keys } });
}

async function stop(): Promise<void> {
  service.kill('SIGTERM');
  await service.exited;
}

it('asks for a key, goes on when the service comes back, and asks again when the key has expired', async () => {
  const client = createClient({ url: service.url, apiKey: 'first-key-0123456789' });
  await client.events.submit({ type: 'test-approved', id: 'before-1', data: {} }, { waitSeconds: 10 });
  const page = await open('/events', { serviceUrl: service.url });
  const dialog = page.getByRole('dialog', { name: 'API key' });
  await dialog.getByText('This service wants an API key.').waitFor();
  await dialog.getByLabel('Key').fill('no-key-0123456789');
  await dialog.getByRole('button', { name: 'Use this key' }).click();
  await dialog.getByText('The service does not know this key').waitFor();
  await dialog.getByLabel('Key').fill('first-key-0123456789');
  await dialog.getByLabel('Key').press('Enter');
  await page.getByRole('link', { name: 'before-1' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await page.evaluate('sessionStorage.getItem("tickless-key")')).toBe('first-key-0123456789');

  await stop();
  await page.getByText('Connection lost. Trying again…').waitFor();
  await page.getByRole('link', { name: 'before-1' }).waitFor();
  await start('acme:first-key-0123456789');
  await page.getByText('Live', { exact: true }).waitFor();
  await client.events.submit({ type: 'test-approved', id: 'after-1', data: {} }, { waitSeconds: 10 });
  await page.getByRole('row', { name: /after-1.*completed/ }).waitFor();

  await stop();
  await start('acme:second-key-0123456789');
  await dialog.getByText('The service does not know this key').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Forget the key' }).click();
  await dialog.getByText('This service wants an API key.').waitFor();
  await dialog.getByLabel('Key').fill('second-key-0123456789');
  await dialog.getByLabel('Key').press('Enter');
  await page.getByRole('row', { name: /after-1/ }).waitFor();
  // What a browser says of a service that refuses or is away.
  for (const fault of takeFaults()) expect(fault).toMatch(/status of 401|Failed to load resource|ERR_/);
}, 120_000);
