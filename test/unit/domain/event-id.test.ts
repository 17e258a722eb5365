import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_TENANT,
  deliveryWorkflowId,
  eventWorkflowId,
  isEventId,
  isOwnId,
  keyedEventId,
  newEventId,
} from '../../../domain/event-id.ts';

const ownId = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/).filter((id) => id !== '.' && id !== '..');
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const madeId = fc.oneof(fc.uuid().map(newEventId), digest.map(keyedEventId));
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
