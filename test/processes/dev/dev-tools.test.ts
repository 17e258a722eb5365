import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../../client/create-client.ts';
import type { DevCallback, DevResource } from '../../../domain/dev-resource.ts';
import { startDevService } from '../../support/dev-service.ts';
import type { DevService } from '../../support/dev-service.ts';
import { until } from '../../support/until.ts';

const DATA = { orderId: 'o-1', customer: 'ada@example.org', lines: [{ sku: 'tea', quantity: 1, unitPriceCents: 450 }] };

let service: DevService;
beforeAll(async () => {
  service = await startDevService();
});
afterAll(() => service.stop());

async function ask(method: string, path: string): Promise<Response> {
  const answer = await fetch(`${service.url}${path}`, { method });
  expect(answer.ok).toBe(true);
  return answer;
}

async function receiver(): Promise<DevResource> {
  return (await (await ask('GET', '/dev')).json()) as DevResource;
}

async function arrived(id: string, attempt = 1): Promise<DevCallback> {
  return until(`attempt ${attempt} to tell of ${id} arrives`, async () =>
    (await receiver()).callbacks.find((callback) => callback.id === id && callback.attempt === attempt),
  );
}

it('takes a callback, and says that it is genuine', async () => {
  const { events } = createClient({ url: service.url });
  const { receiverUrl } = await receiver();
  expect(service.output()).toContain(`Receiver     ${receiverUrl}`);
  await events.submit({ type: 'order-placed', id: 'told-1', data: DATA, callback: { url: receiverUrl } });
  const { number, ...callback } = await arrived('told-1');
  expect(callback).toMatchObject({ type: 'event.completed', attempt: 1, signature: { ok: true }, answer: 200 });
  expect(await (await ask('GET', `/dev/callbacks/${number}`)).json()).toMatchObject({
    headers: { 'webhook-id': callback.messageId },
    body: expect.stringContaining('"status":"completed"'),
  });
});

it('fails as long as it is asked to', async () => {
  const { events } = createClient({ url: service.url });
  const { receiverUrl } = await receiver();
  await ask('PUT', '/dev/failing');
  await events.submit({ type: 'order-placed', id: 'refused-1', data: DATA, callback: { url: receiverUrl } });
  expect(await arrived('refused-1')).toMatchObject({ answer: 500 });
  await ask('DELETE', '/dev/failing');
  expect(await arrived('refused-1', 2)).toMatchObject({ answer: 200, signature: { ok: true } });
});

it('kills the service, which is started again, and goes on with what it had accepted', async () => {
  const { events } = createClient({ url: service.url });
  const before = await service.servicePid();
  const { receiverUrl } = await receiver();
  await events.submit({ type: 'order-placed', id: 'survived-1', data: DATA, delayMs: 2_000, callback: { url: receiverUrl } });
  expect((await ask('POST', '/dev/kill')).status).toBe(202);
  await until(
    'another process has the API',
    async () => {
      const isThere = await fetch(`${service.url}/readyz`).catch(() => null);
      return isThere?.ok && (await service.servicePid()) !== before;
    },
    60_000,
  );
  expect(await arrived('survived-1')).toMatchObject({ type: 'event.completed', signature: { ok: true }, answer: 200 });
  await until('it is on record', async () => (await events.get('survived-1')).status === 'completed');
  expect((await receiver()).callbacks.some(({ id }) => id === 'told-1')).toBe(true);
  expect(service.output()).toContain('It was killed, and is started again.');
}, 120_000);
