import { describe, expect, it } from 'vitest';
import { causeDigest } from '../../domain/dead-letter.ts';
import { LONG_ID, SOLD_OUT } from './support/planted.ts';
import { picture, seriousFaults, useBrowser } from './support/use-browser.ts';

const { open } = useBrowser();

const PAGES = [
  { name: 'overview', path: '/', shows: 'text=Last hour' },
  { name: 'events', path: '/events', shows: '.data-table [data-index]' },
  { name: 'event', path: '/events/done-1', shows: 'text=Callback, attempt 1' },
  { name: 'event-waiting', path: '/events/slow-7', shows: 'text=Who holds the permits' },
  { name: 'send', path: '/send?type=order-placed', shows: 'text=The same as code' },
  { name: 'batches', path: '/batches', shows: '.data-table [data-index]' },
  { name: 'batch', path: '/batches/batch-1', shows: '.data-table [data-index]' },
  { name: 'dead-letters', path: '/dead-letters', shows: '.data-table [data-index]' },
  { name: 'cause', path: `/dead-letters/${causeDigest(SOLD_OUT)}`, shows: '.data-table [data-index]' },
  { name: 'subjects', path: '/subjects', shows: 'text=Which subject' },
  { name: 'subject', path: '/subjects/test-counter/counter-1', shows: 'text=test-counted' },
  { name: 'limits', path: '/limits', shows: 'text=Who holds them' },
  { name: 'destinations', path: '/destinations', shows: 'text=Circuit breaker' },
  { name: 'types', path: '/types', shows: '.data-table [data-index]' },
  { name: 'type', path: '/types/order-placed', shows: 'text=How it runs' },
] as const;

describe.each(PAGES)('the page $name', ({ name, path, shows }) => {
  it('has nothing serious for axe to find, in both themes, and fits the width of a phone', async () => {
    const page = await open(path, { colorScheme: 'light', viewport: { width: 1_280, height: 900 } });
    await page.locator(shows).first().waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, `${name}-light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousFaults(page, ['color-contrast'])).toEqual([]);
    await picture(page, `${name}-dark`);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });
});

it('shows an id of any length, and text of any width, within the width of a phone', async () => {
  for (const id of [LONG_ID, 'wide-1', 'strange-1']) {
    const page = await open(`/events/${id}`, { viewport: { width: 360, height: 740 } });
    await page.getByRole('region', { name: 'the data' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  }
});

it('offers no page that there is not, and says so of an address that is none', async () => {
  const page = await open('/nothing');
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  const links = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').all();
  for (const link of links) {
    await link.click();
    await page.getByRole('heading', { level: 1, name: String(await link.textContent()) }).waitFor();
  }
  expect(links.length).toBeGreaterThan(1);
});
