import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toChunk } from '../../../../domain/chunk.ts';
import { chunkAttributes, chunkStart, tierNamesWith } from '../../../../temporal/durable/chunk-start.ts';
import { toListedEvent } from '../../../../domain/listed-run.ts';
import { TIERS } from '../../../../domain/tier.ts';
import { acceptedEvent, lightPlan } from '../../domain/event-samples.ts';

const event = acceptedEvent({ tenant: 'acme', tier: 'critical' });
const LOAD = { inFlight: 1, slowStartMs: 0 };
const alone = toChunk([event]);

it('starts a light event where it was accepted, for as long as it takes', () => {
  expect(chunkStart(event.id, alone, LOAD)).toEqual({
    workflowId: 'acme/order-1',
    taskQueue: 'light',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowTaskTimeout: 1_000,
    priority: { priorityKey: 1, fairnessKey: 'acme' },
    staticSummary: 'sample (critical)',
    memo: { event: toListedEvent(event) },
  });
});

it('starts a heavy event on workers, and has it end some day', () => {
  const heavy = toChunk([{ ...event, delayMs: 5, plan: { ...lightPlan, weight: 'heavy' } }]);

  expect(chunkStart(event.id, heavy, LOAD)).toMatchObject({
    taskQueue: 'heavy',
    workflowTaskTimeout: 2_000,
    workflowRunTimeout: 14 * 86_400_000 + 5,
  });
});

it('starts several events under the id that they are known by as a whole', () => {
  expect(chunkStart('g~0', toChunk([event, event]), LOAD)).toEqual({
    ...chunkStart('g~0', alone, LOAD),
    workflowId: 'acme/g~0',
    staticSummary: 'sample (critical) × 2',
    memo: { events: 2 },
  });
});

it('starts with the priority of its most urgent event, and is named after all tiers that it has', () => {
  const mixed = toChunk([{ ...event, tier: 'low' }, event]);

  expect(chunkStart('g~0', mixed, LOAD)).toMatchObject({ priority: { priorityKey: 1 }, staticSummary: 'sample (critical+low) × 2' });
  expect(chunkAttributes(mixed)).toEqual({ Kind: 'chunk', EventType: 'sample', Tier: 'critical+low', Tenant: 'acme' });
});

it('takes what has no events for normal', () => {
  expect(chunkStart('g~0', { ...alone, own: [] }, LOAD)).toMatchObject({ priority: { priorityKey: 3 } });
});

it('is found by its type, tier, tenant, and by its subject if it is alone and has one', () => {
  const named = { ...event, subject: 'life-1' };

  expect(chunkAttributes(alone)).toEqual({ Kind: 'event', EventType: 'sample', Tier: 'critical', Tenant: 'acme' });
  expect(chunkAttributes(toChunk([named]))).toMatchObject({ Subject: 'life-1' });
  expect(chunkAttributes(toChunk([named, named]))).not.toHaveProperty('Subject');
});

it('tells the run of a handler from its event', () => {
  const handler = toChunk([{ ...event, handlerOf: { id: 'order-1', name: 'tell' } }]);

  expect(chunkStart('order-1~h.tell', handler, LOAD)).toMatchObject({
    workflowId: 'acme/order-1~h.tell',
    staticSummary: 'tell of sample (critical)',
  });
  expect(chunkAttributes(handler)).toMatchObject({ Kind: 'handler' });
});

it('is found by each of its tiers, and by no other', () => {
  const some = fc.subarray([...TIERS], { minLength: 1 });
  fc.assert(
    fc.property(some, (tiers) => {
      const { Tier: name = '' } = chunkAttributes(toChunk(tiers.map((tier) => ({ ...event, tier }))));

      expect(TIERS.filter((tier) => tierNamesWith(tier).includes(name))).toEqual(TIERS.filter((tier) => tiers.includes(tier)));
    }),
  );
  expect(tierNamesWith('low')).toHaveLength(2 ** (TIERS.length - 1));
});
