import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidCursorError } from '../../../api/event-service.ts';
import { fromCursor, toCursor } from '../../../api/temporal/cursor.ts';
import { tierNamesWith } from '../../../temporal/durable/chunk-start.ts';
import { toVisibilityQuery } from '../../../api/temporal/list-events.ts';

describe('toVisibilityQuery', () => {
  it("asks for the tenant's events when nothing else is asked for", () => {
    expect(toVisibilityQuery({ tenant: 'acme', limit: 50 })).toBe(
      "WorkflowType = 'processChunk' AND Tenant = 'acme' AND Kind IN ('event', 'chunk')",
    );
  });

  it('asks for everything that is asked for at once', () => {
    const filter = { tenant: 'acme', type: 'joy', status: 'failed', tier: 'low', subject: 'life-1', sinceMs: 0, limit: 50 } as const;
    expect(toVisibilityQuery(filter)).toBe(
      "WorkflowType = 'processChunk' AND Tenant = 'acme' AND EventType = 'joy'" +
        " AND ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')" +
        ` AND Tier IN (${tierNamesWith('low')
          .map((name) => `'${name}'`)
          .join(', ')}) AND Subject = 'life-1'` +
        " AND StartTime >= '1970-01-01T00:00:00.000Z'",
    );
  });

  it.each([
    ['accepted', "('Running')"],
    ['waiting', "('Running')"],
    ['running', "('Running')"],
    ['completed', "('Completed')"],
    ['partial', "('Completed') AND Outcome = 'partial'"],
    ['cancelled', "('Canceled')"],
  ] as const)('finds %s events among the %s', (status, list) => {
    expect(toVisibilityQuery({ tenant: 'acme', status, limit: 50 })).toContain(`ExecutionStatus IN ${list}`);
  });

  it.each([
    [Date.UTC(10_000, 0, 1), '9999-12-31T00:00:00.000Z'],
    [-1, '1970-01-01T00:00:00.000Z'],
  ])('writes the time %d so that the engine can read it', (sinceMs, written) => {
    expect(toVisibilityQuery({ tenant: 'acme', sinceMs, limit: 50 })).toContain(`StartTime >= '${written}'`);
  });

  it('lets no value end its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '"', '\\', '%', ' ', 'a', '\n', '\u0000') }), (text) => {
        const query = toVisibilityQuery({ tenant: 'acme', type: text, subject: text, limit: 50 });
        expect(query).toMatch(
          /^WorkflowType = 'processChunk' AND Tenant = 'acme' AND Kind IN \('event', 'chunk'\) AND EventType = '[^'"\\\n]*' AND Subject = '[^'"\\\n]*'$/,
        );
      }),
    );
  });
});

describe('a cursor', () => {
  it("is the engine's token, wrapped for a URL", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (token) => {
        const cursor = toCursor(token);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect([...fromCursor(cursor)]).toEqual([...token]);
      }),
    );
  });

  it('that is missing is the beginning', () => {
    expect(fromCursor(undefined)).toHaveLength(0);
  });

  it('that we did not make is refused', () => {
    const cursor = toCursor(Buffer.from('{"StartTime":1}'));
    for (const given of ['', 'nonsense', cursor.slice(1), cursor.slice(0, -1), `${cursor}A`, `${cursor}=`, toCursor(new Uint8Array())]) {
      expect(() => fromCursor(given)).toThrow(InvalidCursorError);
    }
    fc.assert(
      fc.property(fc.string(), (given) => {
        expect(() => fromCursor(given)).toThrow(InvalidCursorError);
      }),
    );
  });
});
