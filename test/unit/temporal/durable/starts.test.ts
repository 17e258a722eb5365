import { expect, it } from 'vitest';
import { FROM_THE_BEGINNING } from '../../../../domain/delivery-input.ts';
import { deliveryStart } from '../../../../temporal/durable/delivery-start.ts';
import { limitStart } from '../../../../temporal/durable/limit-start.ts';
import { toSearchAttributes } from '../../../../temporal/durable/search-attributes.ts';
import { pageStart } from '../../../../temporal/durable/page-start.ts';

const target = { kind: 'event', tenant: 'default', owner: 'order-1', run: 1 } as const;

it('starts a delivery once for each run, and lets another process take its task over after two seconds', () => {
  const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
  const input = { target: { ...target, callback }, messageOf: { id: 'order-1', runId: 'a' }, ...FROM_THE_BEGINNING };

  expect(deliveryStart(input)).toEqual({
    workflowId: 'order-1~callback.1',
    taskQueue: 'heavy',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowTaskTimeout: '2s',
    staticSummary: 'callback of order-1',
    typedSearchAttributes: toSearchAttributes({ Kind: 'internal', Tenant: 'default' }),
    args: [input],
  });
  expect(deliveryStart({ ...input, target: { ...input.target, run: 2 } })).toMatchObject({
    workflowId: 'order-1~callback.2',
    staticSummary: 'callback of order-1, run 2',
  });
});

it('starts a limit with what its type says of the key, and nothing granted', () => {
  const [{ key, permits }] = limitStart({ key: 'host:a', capacity: 3, reserved: { critical: 1 } }).args;

  expect(key).toBe('host:a');
  expect(permits).toMatchObject({ configuredCapacity: 3, reserved: { critical: 1 }, holders: [], waiters: [] });
});

it('keeps a page’s first task back for one to one and a half hours', () => {
  const page = { batch: { workflowId: 'night~batch', upload: 'u' }, items: [] };

  expect([0, 0.5, 1].map((random) => pageStart('page-1', page, random).startDelay)).toEqual([3_600_000, 4_500_000, 5_400_000]);
});
