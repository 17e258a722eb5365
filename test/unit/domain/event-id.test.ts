import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isBatchId,
  handlerRunId,
  isEventId,
  isHandlerRunId,
  isOwnId,
  itemId,
  keyedEventId,
  newBatchId,
  memberId,
  newEventId,
  newChunkId,
  ownerId,
  parseItemId,
  parseMemberId,
} from '../../../domain/event-id.ts';

const ownId = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/).filter((id) => id !== '.' && id !== '..');
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const madeId = fc.oneof(fc.uuid().map(newEventId), digest.map(keyedEventId));
const batchId = fc.oneof(ownId, fc.uuid().map(newBatchId), digest.map(keyedEventId));
// As short and as alike as can be, so that collisions would be found.
const alikeId = fc.oneof(fc.stringMatching(/^(e~|k~)?[a1.-]{1,3}$/).filter(isEventId), ownId, madeId);

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

describe('the id of a handler’s run', () => {
  it('is below that of its event, or the place of an item, and is no other event’s', () => {
    expect(handlerRunId({ id: 'order-1' }, 'tell-sales')).toBe('order-1~h.tell-sales');
    expect(handlerRunId({ id: 'b_3', batchId: 'b' }, 'tell')).toBe('b~batch.item.3~h.tell');
    fc.assert(
      fc.property(alikeId, fc.stringMatching(/^[a-z][a-z0-9_.-]{0,4}$/), (id, name) => {
        expect(isHandlerRunId(handlerRunId({ id }, name))).toBe(true);
        expect(isEventId(handlerRunId({ id }, name))).toBe(false);
      }),
    );
  });

  it.each(['order-1', '~h.tell', 'acme/order-1~h.tell', 'order-1~h.Tell', 'order-1~h.', 'order-1~callback.1'])('is not "%s"', (text) => {
    expect(isHandlerRunId(text)).toBe(false);
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

describe('ownerId', () => {
  it("is the event itself, and of an item its place in its batch: an event may have the item's id", () => {
    expect(ownerId({ tenant: 'acme', id: 'b_3', batchId: null })).toBe('acme/b_3');
    expect(ownerId({ tenant: 'acme', id: 'b_3' })).toBe('acme/b_3');
    expect(ownerId({ tenant: 'acme', id: 'b_3', batchId: 'b' })).toBe('acme/b~batch.item.3');
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

describe('the id of an event of a chunk', () => {
  it('says which chunk it is, and which of its events', () => {
    fc.assert(
      fc.property(fc.uuid().map(newChunkId), fc.integer({ min: 0, max: 999 }), (chunkId, index) => {
        const id = memberId(chunkId, index);
        expect(parseMemberId(id)).toEqual({ chunkId, index });
        expect([isOwnId(id), isEventId(id), isEventId(chunkId), parseItemId(id)]).toEqual([false, false, false, null]);
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
