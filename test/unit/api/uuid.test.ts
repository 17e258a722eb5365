import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newUuidV7 } from '../../../api/uuid.ts';

const LAST_MS = 2 ** 48 - 1;

describe('newUuidV7', () => {
  it('makes a UUID of version 7 that begins with its time', () => {
    expect(newUuidV7(0x0123456789ab)).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newUuidV7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('sorts by time', () => {
    const time = fc.integer({ min: 0, max: LAST_MS });
    fc.assert(
      fc.property(time, time, (one, other) => {
        fc.pre(one !== other);
        expect(newUuidV7(one) < newUuidV7(other)).toBe(one < other);
      }),
    );
  });

  it('is new each time, also within a millisecond', () => {
    const made = Array.from({ length: 1_000 }, () => newUuidV7(1));
    expect(new Set(made).size).toBe(1_000);
  });
});
