import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDevService } from '../support/dev-service.ts';
import type { DevService } from '../support/dev-service.ts';
import { until } from '../support/until.ts';
import { picture, seriousFaults, useBrowser } from './support/use-browser.ts';

const { open, takeFaults } = useBrowser();
let service: DevService;

beforeAll(async () => {
  service = await startDevService();
});
afterAll(() => service.stop());

async function openTry(options = {}): Promise<Page> {
  const page = await open('/try', { serviceUrl: service.url, ...options });
  await page.getByRole('heading', { level: 1, name: 'Try it' }).waitFor();
  return page;
}

it('has a page of its own, where the service is run by `tickless dev`', async () => {
  const page = await open('/', { serviceUrl: service.url });
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Try it' }).click();
  await page.getByText('None has come yet.').waitFor();
});

it('has a callback to the receiver written into the form of an event, and shows what arrives', async () => {
  const page = await open('/send?type=order-placed', { serviceUrl: service.url });
  await page.getByLabel('Own id').fill('tried-1');
  expect(await page.getByLabel('Callback URL').inputValue()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('region', { name: 'the results' }).waitFor();
  await page.getByRole('link', { name: 'what has arrived there' }).click();
  const callback = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'tried-1' }) });
  await callback.getByText(/^valid$/).waitFor();
  await callback.getByText('attempt 1').waitFor();
  await callback.getByText('Headers and body').click();
  await callback
    .getByRole('region', { name: /the headers/ })
    .getByText('webhook-signature')
    .waitFor();
  await callback
    .getByRole('region', { name: /the body/ })
    .getByText('event.completed')
    .waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await callback.getByRole('link', { name: 'tried-1' }).click();
  await page.getByRole('heading', { level: 1, name: 'tried-1' }).waitFor();
});

it('says why a callback is not genuine, and has the receiver fail', async () => {
  const page = await openTry({ viewport: { width: 360, height: 740 } });
  const receiverUrl = String(await page.locator('code').filter({ hasText: 'http://' }).textContent());
  await fetch(receiverUrl, { method: 'POST', body: '{}' });
  await page.getByText('not valid').waitFor();
  await page.getByText(/^there is no webhook-id/).waitFor();
  const fail = page.getByRole('switch', { name: 'Answer 500 to each callback' });
  await fail.click();
  await page.locator('input[role=switch]:checked:enabled').waitFor();
  expect((await fetch(receiverUrl, { method: 'POST', body: '{}' })).status).toBe(500);
  await page.getByText('answered 500').waitFor();
  await fail.click();
  await page.locator('input[role=switch]:not(:checked):enabled').waitFor();
  expect((await fetch(receiverUrl, { method: 'POST', body: '{}' })).status).toBe(200);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  expect(await seriousFaults(page)).toEqual([]);
});

it('kills the service amid a hundred events, each of which is accepted and ends', async () => {
  const page = await openTry({ colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Load 100 events' }).click();
  await page.getByText(/[1-9]\d* of 100 are accepted\./).waitFor();
  await page.getByRole('button', { name: 'Kill the service now' }).click();
  await page.getByText(/^[\d,]+ ms$/).waitFor({ timeout: 60_000 });
  await page.getByText('100 of 100 are accepted.').waitFor({ timeout: 60_000 });
  const fact = (name: string): Promise<string | null> => page.locator('.facts div').filter({ hasText: name }).locator('dd').textContent();
  const told = (): Promise<readonly (string | null)[]> => Promise.all([fact('Under way at the kill'), fact('Of these ended since')]);
  await until('what was under way has ended', async () => new Set(await told()).size === 1, 60_000);
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await picture(page, 'try-dark');
  // What a browser says of a service that is away.
  for (const fault of takeFaults()) expect(fault).toMatch(/Failed to load resource|ERR_|status of 503/);
}, 180_000);
