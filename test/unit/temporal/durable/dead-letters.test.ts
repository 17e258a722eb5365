import { expect, it } from 'vitest';
import { toChunk } from '../../../../domain/chunk.ts';
import type { DeliveryInput } from '../../../../domain/delivery-input.ts';
import { causesStart } from '../../../../temporal/durable/causes-start.ts';
import { chunkAttributes } from '../../../../temporal/durable/chunk-start.ts';
import { deliveryStart } from '../../../../temporal/durable/delivery-start.ts';
import { causesWorkflowId, deliveryWorkflowId, ownerOfDelivery } from '../../../../temporal/durable/workflow-ids.ts';
import { acceptedEvent } from '../../domain/event-samples.ts';

it('keeps the causes of each tenant in a workflow of their own', () => {
  expect(causesWorkflowId('acme')).toBe('~causes/acme');
  expect(causesStart('acme')).toMatchObject({
    workflowId: '~causes/acme',
    taskQueue: 'heavy',
    args: [{ causes: { known: {}, told: {} } }],
  });
});

it('says whose callback a workflow goes on with', () => {
  expect(ownerOfDelivery(deliveryWorkflowId({ owner: 'acme/order-1', run: 2 }))).toBe('acme/order-1');
  expect(ownerOfDelivery('acme/order-1')).toBeNull();
});

it('finds a replay by what it makes up for, where its event was a dead letter', () => {
  const mark = { atMs: 0, of: 'r-1', by: 'one', asked: 'a' };
  expect(chunkAttributes(toChunk([acceptedEvent({ replay: mark })]))).not.toHaveProperty('Replaces');
  expect(chunkAttributes(toChunk([acceptedEvent({ replay: { ...mark, replaces: 'd@1' } })]))).toMatchObject({ Replaces: 'd@1' });
});

it('finds a redelivery by what it makes up for, where the callback was given up', () => {
  const callback = { url: 'https://a.example', headers: {}, progress: false };
  const input: DeliveryInput = {
    target: { kind: 'event', tenant: 'acme', owner: 'acme/order-1', run: 1, callback },
    message: { type: 'event.failed', timestamp: '', recordedAt: '', data: {} },
    begin: { kind: 'on-request' },
    attempts: [],
  };
  const replacesOf = (given: DeliveryInput): unknown =>
    deliveryStart(given)
      .typedSearchAttributes.getAll()
      .find(({ key }) => key.name === 'Replaces')?.value;
  expect([replacesOf(input), replacesOf({ ...input, replaces: 'd@1' })]).toEqual([undefined, 'd@1']);
});
