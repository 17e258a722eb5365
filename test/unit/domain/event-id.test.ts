import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archivedBatchWorkflowId,
  archivedJobWorkflowId,
  batchWorkflowId,
  DEFAULT_TENANT,
  deliveryWorkflowId,
  eventWorkflowId,
  isBatchId,
  isEventId,
  isLimitKey,
  isOwnId,
  itemId,
  keyedEventId,
  limitWorkflowId,
  newBatchId,
  memberId,
  newEventId,
  newGroupId,
  ownerId,
  pageWorkflowId,
  parseItemId,
  parseMemberId,
  unitWorkflowId,
} from '../../../domain/event-id.ts';

const ownId = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/).filter((id) => id !== '.' && id !== '..');
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const madeId = fc.oneof(fc.uuid().map(newEventId), digest.map(keyedEventId));
const batchId = fc.oneof(ownId, fc.uuid().map(newBatchId), digest.map(keyedEventId));
// As short and as alike as can be, so that collisions would be found.
const alikeId = fc.oneof(fc.stringMatching(/^(e~|k~)?[a1.-]{1,3}$/).filter(isEventId), ownId, madeId);
const tenant = fc.oneof(fc.constant(DEFAULT_TENANT), fc.stringMatching(/^[ae1~./-]{0,4}$/), fc.string());
const address = fc.record({ tenant, id: alikeId, run: fc.integer({ min: 1, max: 12 }) });

describe('isOwnId', () => {
  it.each(['a', '1', 'order-1', 'A.b_c:d@e-f', '...', 'x'.repeat(128)])('takes "%s"', (text) => {
    expect(isOwnId(text)).toBe(true);
  });

  it.each(['', 'x'.repeat(129), 'a b', 'a/b', 'a~b', 'e~1', 'ä', 'a\n', 'a%2F', 'a,b', '.', '..'])('refuses "%s"', (text) => {
    expect(isOwnId(text)).toBe(false);
  });
});

describe('isEventId', () => {
  it('takes every id that a caller may give or the service makes', () => {
    fc.assert(
      fc.property(fc.oneof(ownId, madeId), (id) => {
        expect(isEventId(id)).toBe(true);
      }),
    );
  });

  it.each(['', 'x~1', 'e~', 'e~a~b', 'e~callback.1', 'order-1~callback.1', `k~${'x'.repeat(65)}`, 'e~1\n'])('refuses "%s"', (text) => {
    expect(isEventId(text)).toBe(false);
  });

  it('takes nothing that would need encoding in a URL path, and no slash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4 }).filter(isEventId), (id) => {
        expect(id).toMatch(/^[A-Za-z0-9._:@~-]+$/);
      }),
    );
  });
});

describe('an id that the service makes', () => {
  it('says what it was made of', () => {
    expect(newEventId('0190-a')).toBe('e~0190-a');
    expect(keyedEventId('abc_-')).toBe('k~abc_-');
  });

  it("is never one that a caller may give, nor one of the other kind's", () => {
    fc.assert(
      fc.property(fc.uuid(), digest, (uuid, keyDigest) => {
        expect(isOwnId(newEventId(uuid))).toBe(false);
        expect(isOwnId(keyedEventId(keyDigest))).toBe(false);
        expect(newEventId(keyDigest)).not.toBe(keyedEventId(keyDigest));
      }),
    );
  });
});

describe('eventWorkflowId', () => {
  it("is the event's id, below its tenant's name unless that is the default", () => {
    expect(eventWorkflowId({ tenant: 'default', id: 'order-1' })).toBe('order-1');
    expect(eventWorkflowId({ tenant: 'acme', id: 'order-1' })).toBe('acme/order-1');
  });

  it('is shared by no two events, whatever their tenants are called', () => {
    fc.assert(
      fc.property(address, address, (a, b) => {
        const same = a.tenant === b.tenant && a.id === b.id;

        expect(eventWorkflowId(a) === eventWorkflowId(b)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('ownerId', () => {
  it("is the workflow of an event, and of an item its place in its batch: an event may have the item's id", () => {
    expect(ownerId({ tenant: 'acme', id: 'b_3', batchId: null })).toBe('acme/b_3');
    expect(ownerId({ tenant: 'acme', id: 'b_3' })).toBe('acme/b_3');
    expect(ownerId({ tenant: 'acme', id: 'b_3', batchId: 'b' })).toBe('acme/b~batch.item.3');
  });
});

describe('deliveryWorkflowId', () => {
  it('names the event and its run', () => {
    expect(deliveryWorkflowId({ owner: 'acme/order-1', run: 2 })).toBe('acme/order-1~callback.2');
  });

  it("is never an event's, and shared by no two runs", () => {
    fc.assert(
      fc.property(address, address, (a, b) => {
        const same = a.tenant === b.tenant && a.id === b.id && a.run === b.run;

        const [ofA, ofB] = [a, b].map((one) => deliveryWorkflowId({ owner: eventWorkflowId(one), run: one.run }));

        expect(ofA).not.toBe(eventWorkflowId(b));
        expect(ofA === ofB).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('isBatchId', () => {
  it('takes every id that a caller may give or the service makes', () => {
    fc.assert(
      fc.property(batchId, (id) => {
        expect(isBatchId(id)).toBe(true);
      }),
    );
  });

  it.each(['', '.', 'e~1', 'x~1', 'b~', 'b~a~b', 'night~batch', 'a/b', `b~${'x'.repeat(65)}`, 'b~1\n'])('refuses "%s"', (text) => {
    expect(isBatchId(text)).toBe(false);
  });
});

describe('parseItemId', () => {
  it('reads back the batch and the index of every item', () => {
    fc.assert(
      fc.property(batchId, fc.nat(999_999_999), (id, index) => {
        expect(parseItemId(itemId(id, index))).toEqual({ batchId: id, index });
      }),
    );
  });

  it('takes what stands before the last "_" as the batch, since its id may have one too', () => {
    expect(parseItemId('night_2_7')).toEqual({ batchId: 'night_2', index: 7 });
  });

  it.each(['night', 'night_', '_3', 'night_03', 'night_-1', 'night_1.5', 'e~1_3', 'a/b_3', 'a~b_3', 'night_1000000000', 'night_3\n'])(
    'finds no item in "%s"',
    (text) => {
      expect(parseItemId(text)).toBeNull();
    },
  );
});

describe('the workflows', () => {
  const anyTenant = fc.oneof(fc.constantFrom(DEFAULT_TENANT, 'acme', 'a/b'), fc.stringMatching(/^[a1.][ab1~./]{0,4}$/));
  const anyNumber = fc.nat(2);
  const anyUpload = fc.constantFrom('u', 'v1', '0190-a');
  const anyBatch = fc.record({ tenant: anyTenant, id: fc.oneof(fc.stringMatching(/^(b~|k~)?[a1.-]{1,2}$/).filter(isBatchId), batchId) });
  /** A workflow's id, and what it is for. */
  const anyWorkflow: fc.Arbitrary<{ readonly id: string; readonly of: readonly unknown[] }> = fc.oneof(
    address.map(({ run: _every, ...event }) => ({ id: eventWorkflowId(event), of: ['event', event] })),
    fc
      .stringMatching(/^[a1.]{1,2}$/)
      .filter(isLimitKey)
      .map((key) => ({ id: limitWorkflowId(key), of: ['limit', key] })),
    anyBatch.map((batch) => ({ id: batchWorkflowId(batch), of: ['batch', batch] })),
    address.map(({ run: _every, ...job }) => ({ id: archivedJobWorkflowId(job), of: ['archived job', job] })),
    anyBatch.map((batch) => ({ id: archivedBatchWorkflowId(batch), of: ['archived batch', batch] })),
    fc.tuple(anyBatch, anyUpload, anyNumber).map((of) => ({ id: pageWorkflowId(...of), of: ['page', ...of] })),
    fc
      .tuple(anyBatch, anyUpload, fc.record({ page: anyNumber, number: anyNumber }))
      .map((of) => ({ id: unitWorkflowId(...of), of: ['unit', ...of] })),
  );
  const anyWork = fc.oneof(
    anyWorkflow,
    fc
      .tuple(anyWorkflow, anyNumber)
      .map(([{ id, of }, run]) => ({ id: deliveryWorkflowId({ owner: id, run }), of: ['delivery', of, run] })),
  );

  it('say what they are for: no two different ones share an id', () => {
    fc.assert(
      fc.property(anyWork, anyWork, (a, b) => {
        expect(a.id === b.id).toBe(JSON.stringify(a.of) === JSON.stringify(b.of));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of batches have ids that no event can have', () => {
    const batch = { tenant: 'acme', id: 'night' };

    expect(batchWorkflowId(batch)).toBe('acme/night~batch');
    expect(pageWorkflowId(batch, '0190-a', 3)).toBe('acme/night~batch.page.0190-a.3');
    expect(unitWorkflowId(batch, 'upload-1', { page: 3, number: 1 })).toBe('acme/night~batch.unit.upload-1.3.1');
    expect(isEventId(batchWorkflowId({ tenant: DEFAULT_TENANT, id: 'night' }))).toBe(false);
  });
});

describe('the id of an event of a group', () => {
  it('says which group it is, and which of its events', () => {
    fc.assert(
      fc.property(fc.uuid().map(newGroupId), fc.integer({ min: 0, max: 999 }), (groupId, index) => {
        const id = memberId(groupId, index);
        expect(parseMemberId(id)).toEqual({ groupId, index });
        expect([isOwnId(id), isEventId(id), isEventId(groupId), parseItemId(id)]).toEqual([false, false, false, null]);
      }),
    );
  });

  it('is no other event’s', () => {
    fc.assert(
      fc.property(fc.oneof(alikeId, batchId), (id) => {
        expect(parseMemberId(id)).toBeNull();
      }),
    );
    for (const text of ['g~a', 'g~a_', 'g~a_01', 'g~a_1000', 'g~a/b_1', 'a_1', 'g~a_1~callback.1']) expect(parseMemberId(text)).toBeNull();
  });
});
