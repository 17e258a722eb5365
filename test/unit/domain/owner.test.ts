import { expect, it } from 'vitest';
import { batchOfWorkflow, eventOfOwner, ownerId } from '../../../domain/event-id.ts';

it.each(['default', 'acme'])('is the event again that the owner of a run names, of the tenant %s', (tenant) => {
  for (const event of [{ id: 'order-1' }, { id: 'e~0' }, { id: 'g~0_3' }, { id: 'b_3', batchId: 'b' }, { id: 'b_2_3', batchId: 'b_2' }]) {
    expect(eventOfOwner(ownerId({ tenant, ...event }), tenant)).toBe(event.id);
  }
});

it('is no event where a batch owns it', () => {
  expect(eventOfOwner('b~batch', 'default')).toBeNull();
  expect(eventOfOwner('acme/b~batch', 'acme')).toBeNull();
});

it('is the batch that a workflow is named after', () => {
  expect([batchOfWorkflow('b~batch', 'default'), batchOfWorkflow('acme/b~batch', 'acme')]).toEqual(['b', 'b']);
});
