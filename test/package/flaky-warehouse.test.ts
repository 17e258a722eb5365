import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { verifyWebhook } from '../../client/verify-webhook.ts';
import { startReceiver } from '../support/receiver.ts';
import { freePort } from '../support/service-process.ts';
import { until } from '../support/until.ts';
import { run } from './support/run.ts';
import { startProgram } from './support/start-program.ts';
import { startTickless } from './support/start-tickless.ts';

const folder = inject('installation').projects['flaky-warehouse'];
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Starts a service that ends with the test. */
async function start(options: Parameters<typeof startTickless>[0]): ReturnType<typeof startTickless> {
  const service = await startTickless(options);
  ends.push(() => service.end());
  return service;
}

/** Receives callbacks, and fails one whose signature is wrong. */
async function startChecking() {
  const receiver = await startReceiver();
  ends.push(() => receiver.close());
  const faults: string[] = [];
  receiver.respond(async ({ headers, body }) => {
    const secret = await readFile(join(folder, '.tickless/webhook-secret'), 'utf8');
    const verification = await verifyWebhook({ secrets: [secret.trim()], headers, body });
    if (!verification.ok) faults.push(verification.reason);
    return verification.ok ? 204 : 401;
  });
  return {
    url: receiver.url,
    faults,
    /** The messages that came about an event, by what names them. */
    messagesOf: (id: string) =>
      new Set(receiver.requests.filter(({ text }) => text.includes(`"id":"${id}"`)).map(({ headers }) => headers['webhook-id'])),
  };
}

it('compiles, and its test passes', async () => {
  await run('npx', ['tsc', '-p', '.'], { cwd: folder });
  expect(await run('npm', ['test'], { cwd: folder })).toMatch(/# fail 0/);
});

it('ships and counts once, though it is killed in the middle', async () => {
  const port = await freePort();
  const env = { WAREHOUSE_URL: `http://127.0.0.1:${port}` };
  const warehouse = startProgram(folder, 'warehouse/main.ts', { WAREHOUSE_PORT: String(port) });
  ends.push(warehouse.end);
  const receiver = await startChecking();
  const first = await start({ folder, env });
  const sender = startProgram(folder, 'send.ts', { TICKLESS_URL: first.url, RECEIVER_URL: receiver.url });
  ends.push(sender.end);

  await until('it is in the middle', async () => /^stock-taking running shelf [5-9] of 20/m.test(sender.output()), 60_000);
  await first.end('SIGKILL');
  const second = await start({ folder, env, port: first.port });
  await until('all is counted', async () => /^stock-taking completed/m.test(sender.output()), 60_000);
  const orders = Array.from({ length: 10 }, (_, index) => `o-${index + 1}`);
  for (const orderId of orders) expect(sender.output()).toContain(`ship-${orderId} completed parcel-${orderId}\n`);
  const { events } = createClient({ url: second.url });
  const attempts = await Promise.all(orders.map(async (orderId) => (await events.get(`ship-${orderId}`)).attempts['action'] ?? 0));
  expect(Math.max(...attempts)).toBeGreaterThan(1);
  expect(await events.get('stock-taking')).toMatchObject({ result: { action: { shelves: 20, parts: 200 } } });

  const shelves = Array.from({ length: 20 }, (_, index) => `shelves/${index + 1}`);
  const done = (await (await fetch(`${env.WAREHOUSE_URL}/done`)).json()) as readonly string[];
  expect(done.toSorted()).toEqual([...orders.map((orderId) => `orders/${orderId}`), ...shelves].toSorted());
  const all = [...orders.map((orderId) => `ship-${orderId}`), 'stock-taking'];
  await until('each is told of', async () => all.every((id) => receiver.messagesOf(id).size > 0), 60_000);
  expect(all.map((id) => receiver.messagesOf(id).size)).toEqual(all.map(() => 1));
  expect(receiver.faults).toEqual([]);
});
