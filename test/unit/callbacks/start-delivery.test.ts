import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { createStartDelivery } from '../../../activities/callbacks/start-delivery.ts';
import { toSearchAttributes } from '../../../temporal/durable/search-attributes.ts';
import { FROM_THE_BEGINNING } from '../../../domain/delivery-input.ts';
import type { DeliveryInput } from '../../../domain/delivery-input.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const delivery: DeliveryInput = {
  target: { kind: 'event', tenant: 'acme', owner: 'acme/order-1', run: 1, callback },
  message: { type: 'event.completed', timestamp: '2026-01-01T12:00:00.000Z', recordedAt: '2026-01-01T12:00:00.000Z', data: {} },
  ...FROM_THE_BEGINNING,
};

interface Started {
  readonly startDelay?: number;
  readonly typedSearchAttributes?: { getAll(): readonly { readonly key: { readonly name: string }; readonly value: unknown }[] };
}

function prepare(fault?: Error) {
  const start = vi.fn<(type: string, options: Started) => Promise<void>>(async () => {
    if (fault) throw fault;
  });
  return { start, startDelivery: createStartDelivery({ workflow: { start } } as unknown as Client) };
}

it('starts one that has something to do as it is', async () => {
  const { start, startDelivery } = prepare();
  await startDelivery(delivery);

  expect(start).toHaveBeenCalledExactlyOnceWith('deliverCallback', {
    workflowId: 'acme/order-1~callback.1',
    taskQueue: 'heavy',
    workflowTaskTimeout: '2s',
    staticSummary: 'callback of acme/order-1',
    typedSearchAttributes: toSearchAttributes({ Kind: 'internal', Tenant: 'acme' }),
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    args: [delivery],
  });
});

it('starts one that is parked on the index, and without a task', async () => {
  const { start, startDelivery } = prepare();
  const parked = { ...delivery, begin: { kind: 'suspended', origin: 'https://shop.example' } } as const;
  await startDelivery(parked);
  const options = start.mock.calls[0]?.[1];

  expect(options).toMatchObject({ args: [parked], startDelay: 900_000 });
  expect(options?.typedSearchAttributes?.getAll().map(({ key, value }) => [key.name, value])).toEqual([
    ['Kind', 'internal'],
    ['Tenant', 'acme'],
    ['Destination', 'https://shop.example'],
  ]);
});

it('leaves one that is there already as it is, and says what else the engine says', async () => {
  const there = prepare(new WorkflowExecutionAlreadyStartedError('there', 'acme/order-1~callback.1', 'deliverCallback'));
  await there.startDelivery(delivery);
  const away = prepare(new Error('unavailable'));

  await expect(away.startDelivery(delivery)).rejects.toThrow('unavailable');
});
