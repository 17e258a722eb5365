import { expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import type { DeadLetterResource } from '../../domain/dead-letter-resource.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { useFault } from '../support/use-fault.ts';
import { useBrowser } from './support/use-browser.ts';

const { open, takeFaults } = useBrowser();
const { events, deadLetters, destinations, batches } = createClient({ url: inject('serviceUrl') });

/** The cause that so many of a kind have died of, once they are counted. */
async function causeOf({ type, kind = 'event', count = 1 }: Partial<DeadLetterResource>): Promise<string> {
  const isIt = (letter: DeadLetterResource): boolean => letter.type === type && letter.kind === kind && letter.count >= count;
  const found = await until(`dead letters of "${type}" are counted`, async () => (await deadLetters.list()).items.find(isIt));
  return found.cause;
}

async function die(id: string): Promise<void> {
  await events.submit({ type: 'test-failing', id, data: { how: 'permanently' } }, { waitSeconds: 10 });
}

it('lists causes with their counts, and leads from one to its events and from these to it', async () => {
  await Promise.all(['dead-1', 'dead-2'].map(die));
  const cause = await causeOf({ type: 'test-failing', count: 2 });
  const page = await open('/dead-letters');
  await page.getByRole('row', { name: /sold_out there is none left test-quoted event, reserve/ }).waitFor();
  await page
    .getByRole('row', { name: /told_to_fail it was told to fail test-failing event, action 2/ })
    .getByRole('link', { name: 'told_to_fail' })
    .click();
  await page.getByRole('heading', { level: 1, name: 'told_to_fail' }).waitFor();
  const dead = page.getByRole('table', { name: 'Dead letters of this cause, the latest first' });
  await dead.getByRole('row', { name: /dead-2.*failed/ }).waitFor();
  await dead.getByRole('link', { name: 'dead-1' }).click();
  await page.getByRole('link', { name: '2 dead letters' }).click();
  await expect.poll(() => page.url()).toContain(`#/dead-letters/${cause}`);
});

it('says how many would be run again, and runs them again with other data, as a batch', async () => {
  const { file, mend } = useFault();
  const ids = ['mended-1', 'mended-2'];
  await Promise.all(ids.map((id) => events.submit({ type: 'test-mended', id, data: { file } }, { waitSeconds: 10 })));
  const page = await open(`/dead-letters/${await causeOf({ type: 'test-mended', count: 2 })}`);
  await page.getByRole('button', { name: 'Dry run' }).click();
  const dryRun = page.getByRole('dialog', { name: 'Dry run' });
  await dryRun.getByText('2 would be run again.').waitFor();
  for (const id of ids) await dryRun.getByRole('link', { name: id }).waitFor();
  await dryRun.getByRole('button', { name: 'Close' }).click();

  mend();
  await page.getByRole('button', { name: 'Run again…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run them again' });
  const patch = dialog.getByLabel('JSON Patch of each event’s data');
  await patch.fill('[{"op":');
  await dialog.getByText('This is not JSON').waitFor();
  expect(await dialog.getByRole('button', { name: 'Run them again' }).isDisabled()).toBe(true);
  await patch.fill('[{"op": "replace", "path": "/cents", "value": 7}]');
  await dialog.getByLabel('At most so many a second').fill('50');
  await dialog.getByRole('button', { name: 'Dry run' }).click();
  await dialog.getByText('2 would be run again.').waitFor();
  await dialog.getByRole('button', { name: 'Run them again' }).click();
  await dialog.getByText('A batch of 2 items has begun').waitFor();
  await dialog.getByRole('link').click();
  await page.getByText('0 pending, 0 running, 2 completed, 0 failed, 0 cancelled').waitFor();
  for (const id of ids) {
    await until(`"${id}" has completed`, async () => (await events.get(id)).status === 'completed');
    expect(await events.get(id)).toMatchObject({ run: 2, data: { cents: 7 } });
  }
  // The page of the cause may have been asked for once more when nothing was left of it, or the service busy.
  for (const fault of takeFaults()) expect(fault).toMatch(/status of (404|503)/);
});

it('puts those of a cause aside once that is said twice', async () => {
  await die('discarded-1');
  const page = await open(`/dead-letters/${await causeOf({ type: 'test-failing' })}`);
  const discard = page.getByRole('button', { name: 'Discard…' });
  const dialog = page.getByRole('dialog', { name: 'Discard them' });
  await discard.click();
  await dialog.getByRole('button', { name: 'Not now' }).click();
  await discard.click();
  await dialog.getByRole('button', { name: 'Discard' }).click();
  await page.getByText('They are put aside.').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Dead letters' }).waitFor();
  await page
    .getByRole('row', { name: /sold_out/ })
    .first()
    .waitFor();
  await expect.poll(() => page.getByRole('row', { name: /test-failing/ }).count()).toBe(0);
  expect((await deadLetters.list()).items.filter(({ type }) => type === 'test-failing')).toEqual([]);
  for (const fault of takeFaults()) expect(fault).toMatch(/status of (404|503)/);
});

it('offers only to discard events of subjects, which have had their turn', async () => {
  await events.submit({ type: 'test-counted', id: 'turn-1', subject: 'dead-1', data: { add: 1, fail: true } }, { waitSeconds: 10 });
  const page = await open(`/dead-letters/${await causeOf({ type: 'test-counted', kind: 'subject' })}`);
  await page.getByRole('link', { name: 'turn-1' }).first().waitFor();
  await page.getByRole('button', { name: 'Discard…' }).waitFor();
  expect(await page.getByRole('button', { name: 'Run again…' }).count()).toBe(0);
});

it('says why the service refuses: no such cause, and a key that may not steer', async () => {
  const page = await open('/dead-letters/nothing');
  await page.getByRole('alert').getByText('not_found').waitFor();
  await page.goto(`${inject('serviceUrl')}/#/dead-letters/${await causeOf({ type: 'test-quoted' })}`);
  const body = JSON.stringify({ code: 'forbidden', detail: 'this key has no scope "operate"' });
  await page.route(/\/replay$/, (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body }));
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.getByRole('dialog').getByRole('alert').getByText('this key has no scope "operate"').waitFor();
  for (const fault of takeFaults()) expect(fault).toMatch(/status of (403|404|503)/);
});

it('has what was given up to a destination sent again', async () => {
  const receiver = await startReceiver();
  try {
    receiver.respond(() => 410);
    await events.submit({ type: 'test-recorded', id: 'given-up-1', data: {}, callback: { url: receiver.url } });
    await until('it is given up', async () => (await events.get('given-up-1')).callback.status === 'failed');
    await causeOf({ type: 'test-recorded', kind: 'callback' });
    receiver.respond(() => 200);
    const page = await open('/destinations');
    const destination = page.getByRole('region', { name: receiver.url });
    await destination.getByRole('button', { name: 'Send again what was given up…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send again what was given up' });
    await dialog.getByRole('button', { name: 'Dry run' }).click();
    await dialog.getByText('1 would be run again.').waitFor();
    await dialog.getByRole('button', { name: 'Send them again' }).click();
    await dialog.getByText('A batch of 1 item has begun').waitFor();
    const batch = String(await dialog.getByRole('link').textContent());
    await until('the batch has completed', async () => (await batches.get(batch)).status === 'completed');
    await destinations.resume(receiver.url);
    await until('it has arrived', async () => (await events.get('given-up-1')).callback.status === 'delivered');
  } finally {
    await receiver.close();
  }
});
