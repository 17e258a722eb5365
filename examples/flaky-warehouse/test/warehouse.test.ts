import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createTestBus } from 'tickless/testing';
import { events } from '../events/index.ts';
import { shipOrder } from '../events/ship-order.ts';
import { takeStock } from '../events/take-stock.ts';
import { connect } from '../warehouse/client.ts';
import { createWarehouse } from '../warehouse/create-warehouse.ts';

const server = createWarehouse({ countMs: 0 }).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const warehouse = connect(url);
const bus = createTestBus({ events, services: { warehouse } });
after(async () => {
  await warehouse.close();
  server.close();
});

test('ships each order once, whenever the warehouse fails', async () => {
  const orderIds = Array.from({ length: 20 }, (_, index) => `o-${index}`);
  const runs = await Promise.all(orderIds.map((orderId) => bus.run(shipOrder, { orderId })));
  assert.ok(runs.every(({ status }) => status === 'completed'));
  assert.ok(runs.some(({ attempts }) => attempts.action === 2));
  const done = (await (await fetch(`${url}/done`)).json()) as string[];
  assert.deepEqual(done.toSorted(), orderIds.map((orderId) => `orders/${orderId}`).toSorted());
});

test('counts each shelf once', async () => {
  const { result } = await bus.run(takeStock, { shelves: 20 });
  assert.deepEqual(result?.action, { shelves: 20, parts: 200 });
  const done = (await (await fetch(`${url}/done`)).json()) as string[];
  assert.equal(done.filter((one) => one.startsWith('shelves/')).length, 20);
});
