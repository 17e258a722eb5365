import { expect, it } from 'vitest';
import { orderItem, ORDER_TYPE } from '../../../domain/bulk-order.ts';
import { kindOf } from '../../../domain/item-kind.ts';

it('is an item that shares a workflow, once its time has come', () => {
  const item = orderItem(
    { action: 'redeliver', event: 'e-1' },
    { tenant: 'acme', batchId: 'b', index: 2, acceptedAtMs: 0, delayMs: 1_000 },
  );
  expect(item).toMatchObject({
    kind: 'event',
    event: { id: 'b_2', batchId: 'b', tenant: 'acme', type: ORDER_TYPE, data: { action: 'redeliver', event: 'e-1' } },
  });
  expect([kindOf(item, 0), kindOf(item, 1_000)]).toEqual(['d', 's']);
});
