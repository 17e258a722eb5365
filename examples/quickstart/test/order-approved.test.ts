import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestBus } from 'tickless/testing';
import { events } from '../events/index.ts';
import { orderApproved } from '../events/order-approved.ts';

const bus = createTestBus({ events });

test('ships what was approved', async () => {
  const { status, result } = await bus.run(orderApproved, { orderId: 'o-1', cents: 500 });
  assert.equal(status, 'completed');
  assert.deepEqual(result?.action, { shipped: true, parcel: 'parcel-o-1' });
});

test('does not try again what is too large', async () => {
  const { status, error, attempts } = await bus.run(orderApproved, { orderId: 'o-2', cents: 100_001 });
  assert.equal(status, 'failed');
  assert.equal(error?.code, 'needs_approval');
  assert.equal(attempts.decision, 1);
});
