import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { freePort } from '../support/service-process.ts';
import { until } from '../support/until.ts';
import { run } from './support/run.ts';
import { startProgram } from './support/start-program.ts';
import { startTickless } from './support/start-tickless.ts';

const folder = inject('installation').projects.quickstart;
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

it('compiles, and its test passes', async () => {
  await run('npx', ['tsc', '-p', '.'], { cwd: folder });
  expect(await run('npm', ['test'], { cwd: folder })).toMatch(/# fail 0/);
});

it('ends once what it was sent, though it is killed, and its receiver finds each signature right', async () => {
  const port = await freePort();
  const receiver = startProgram(folder, 'receiver.ts', { RECEIVER_PORT: String(port) });
  ends.push(receiver.end);
  const env = { RECEIVER_URL: `http://127.0.0.1:${port}` };
  const first = await start({ folder });
  const send = (...words: readonly string[]): Promise<string> =>
    run('npm', ['run', '--silent', 'send', '--', ...words], { cwd: folder, env: { ...process.env, ...env, TICKLESS_URL: first.url } });
  expect(await send('o-1', '500')).toBe('completed parcel-o-1\n');
  expect(await send('o-2', '100001')).toBe('failed an order above 1,000.00 is approved by two\n');

  const { events } = createClient({ url: first.url });
  const ids = Array.from({ length: 50 }, (_, index) => `order-k-${index}`);
  const callback = { url: env.RECEIVER_URL };
  await Promise.all(ids.map((id) => events.submit({ type: 'order-approved', id, data: { orderId: id, cents: 5 }, callback })));
  await first.end('SIGKILL');
  await start({ folder, port: first.port });

  const told = (): readonly (readonly string[])[] =>
    receiver
      .output()
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' '));
  await until('each is told of', async () => new Set(told().map(([, id]) => id)).size === ids.length + 2, 60_000);
  // Told of before it was on record, an event may have been under way again after the kill.
  for (const id of ids) await until(`"${id}" is on record`, async () => (await events.get(id)).status === 'completed', 60_000);
  for (const id of ids) expect(await events.get(id)).toMatchObject({ result: { action: { parcel: `parcel-${id}` } } });
  // A message may come twice, but under one id, by which its receiver knows it.
  expect(new Set(told().map(([, , message]) => message)).size).toBe(ids.length + 2);
  expect(new Set(told().map(([type]) => type))).toEqual(new Set(['event.completed', 'event.failed']));
  // Sent again, it isn't run again.
  expect(await send('o-1', '500')).toBe('completed parcel-o-1\n');
});

it('ends when the npm is ended that has started it', async () => {
  const { end } = await start({ folder, program: ['npm', 'exec', '--', 'tickless'] });
  const lock = join(folder, '.tickless/service.lock');
  expect(existsSync(lock)).toBe(true);
  await end('SIGTERM');
  await until('it has ended', async () => !existsSync(lock));
});
