import { expect, it } from 'vitest';
import { showHolders, showLimit } from '../../../domain/limit-resource.ts';
import type { PermitClaim } from '../../../domain/permits.ts';
import { claimPermit, createPermits, grantPermits, overrideCapacity } from '../../../domain/permits.ts';

const NOON_MS = Date.UTC(2026, 0, 1, 12);

function claimOf(tenant: string, event: string, sinceMs = NOON_MS): PermitClaim {
  return { workflowId: `${tenant}/${event}`, runId: `${tenant}/${event}`, event, tier: 'normal', tenant, sinceMs };
}

const waiting = [
  claimOf('acme', 'a-1'),
  claimOf('other', 'b-1'),
  claimOf('other', 'b-2', NOON_MS + 1),
  claimOf('acme', 'a-2', NOON_MS + 2),
].reduce(claimPermit, createPermits(2, { critical: 1 }));
const { permits } = grantPermits(overrideCapacity(waiting, 3), NOON_MS + 5);

it("shows a tenant its own events, and so many of others', with positions among all", () => {
  expect(showLimit({ key: 'tasks', permits, tenant: 'acme', nowMs: NOON_MS + 10 })).toEqual({
    key: 'tasks',
    capacity: 3,
    reserved: { critical: 1 },
    holders: [{ event: 'a-1', since: '2026-01-01T12:00:00.005Z' }],
    otherHolders: 1,
    waiters: [{ event: 'a-2', tier: 'normal', position: 1, since: '2026-01-01T12:00:00.002Z' }],
    otherWaiters: 1,
    waiting: 2,
  });
  expect(showLimit({ key: 'tasks', permits, tenant: 'other', nowMs: NOON_MS + 10 }).waiters).toMatchObject([{ event: 'b-2', position: 2 }]);
});

it('shows a tenant without events of its own nothing but numbers', () => {
  const shown = showLimit({ key: 'tasks', permits, tenant: 'third', nowMs: NOON_MS });
  expect(shown).toMatchObject({ holders: [], otherHolders: 2, waiters: [], otherWaiters: 2, waiting: 2 });
  expect(JSON.stringify(shown)).not.toMatch(/a-\d|b-\d|acme|other"/);
  expect(showHolders(permits, 'third')).toEqual({ holders: [], otherHolders: 2 });
});

it("shows the first 100 of a tenant's waiters, and counts all", () => {
  const many = Array.from({ length: 150 }, (_, index) => claimOf(index < 120 ? 'acme' : 'other', `e-${index}`, NOON_MS + index));
  const crowded = many.reduce(claimPermit, createPermits(1));
  const shown = showLimit({ key: 'k', permits: crowded, tenant: 'acme', nowMs: NOON_MS });
  expect(shown).toMatchObject({ otherWaiters: 30, waiting: 150 });
  expect(shown.waiters).toHaveLength(100);
});
