import type { Reserved, Tier } from './tier.ts';
import { TIERS } from './tier.ts';

/** A run that wants, or has, a permit. */
export interface PermitClaim {
  readonly workflowId: string;
  /** Who owns the permit: another run of the same event asks again. */
  readonly runId: string;
  /** The event's public id. */
  readonly event: string;
  readonly tier: Tier;
  readonly tenant: string;
  /** When it began to wait for the first time; a run that gave its permit back for a long back-off keeps it. */
  readonly sinceMs: number;
}

export interface PermitHolder extends PermitClaim {
  readonly grantedAtMs: number;
  /** Of those that are kept for its tier: it finds a free slot on workers too, whatever else they are at. */
  readonly isReserved: boolean;
}

/**
 * The permits of one key. There is one writer, the key's workflow; everything here is a function of the state before.
 * Invariants: no more holders than capacity, but after it was lowered; every holder and waiter is another run; a free
 * permit and a waiter who may have it never coexist after `grantPermits`.
 */
export interface Permits {
  readonly configuredCapacity: number;
  /** What an operator set; it wins over the configuration. */
  readonly capacityOverride: number | null;
  /** Of the capacity. */
  readonly reserved: Reserved;
  readonly longestWaitMs: LongestWaits;
  readonly holders: readonly PermitHolder[];
  /** In order of arrival. */
  readonly waiters: readonly PermitClaim[];
  /**
   * The tenants that wait or hold, in the order in which they were served last, the latest at the end. A newcomer begins
   * there too: tenants that come and go would else overtake, again and again, one that always waits.
   */
  readonly servedTenants: readonly string[];
  /** The last permit went to overdue work while critical work waited. */
  readonly isCriticalsTurn: boolean;
  /** A moving average of how long permits are held, for estimates; null before the first release. */
  readonly averageHoldMs: number | null;
}

/** After so long a waiter is overdue, and goes before all that aren't; null: it never is. */
export type LongestWaits = Readonly<Record<Tier, number | null>>;

export const DEFAULT_LONGEST_WAITS: LongestWaits = { critical: null, high: 10_000, normal: 60_000, low: 300_000, bulk: 3_600_000 };

/** The key of heavy types that name no limit of their own. */
export const DEFAULT_LIMIT_KEY = 'tasks';

/** The code of an attempt that was refused since its run isn't the one that was granted the permit: it was reset. */
export const PERMIT_LOST = 'permit_lost';

/** More would make the state too large for one workflow's input. */
export const MAX_WAITERS = 5_000;

const HOLD_SMOOTHING = 0.2;

export function createPermits(configuredCapacity: number, reserved: Reserved = {}, longestWaitMs = DEFAULT_LONGEST_WAITS): Permits {
  return {
    configuredCapacity,
    capacityOverride: null,
    reserved,
    longestWaitMs,
    holders: [],
    waiters: [],
    servedTenants: [],
    isCriticalsTurn: false,
    averageHoldMs: null,
  };
}

export function capacityOf(permits: Permits): number {
  return permits.capacityOverride ?? permits.configuredCapacity;
}

/** Puts a run in line; one that waits or holds already is where it was. */
export function claimPermit(permits: Permits, claim: PermitClaim): Permits {
  const isSame = ({ runId }: PermitClaim): boolean => runId === claim.runId;
  if (permits.holders.some(isSame) || permits.waiters.some(isSame)) return permits;
  const isKnown = permits.servedTenants.includes(claim.tenant);
  return {
    ...permits,
    waiters: [...permits.waiters, claim],
    servedTenants: isKnown ? permits.servedTenants : [...permits.servedTenants, claim.tenant],
  };
}

/** Ends a run's permit or its wait, whichever it has; by its own word or because its run is closed. */
export function releasePermit(permits: Permits, runId: string, nowMs: number): Permits {
  const isLeaving = (claim: PermitClaim): boolean => claim.runId === runId;
  const held = permits.holders.find(isLeaving);
  const leaving = held ?? permits.waiters.find(isLeaving);
  if (leaving === undefined) return permits;
  const holders = permits.holders.filter((holder) => holder !== leaving);
  const waiters = permits.waiters.filter((waiter) => waiter !== leaving);
  const isOfTenant = ({ tenant }: PermitClaim): boolean => tenant === leaving.tenant;
  const stays = holders.some(isOfTenant) || waiters.some(isOfTenant);
  return {
    ...permits,
    holders,
    waiters,
    servedTenants: stays ? permits.servedTenants : permits.servedTenants.filter((tenant) => tenant !== leaving.tenant),
    averageHoldMs: held === undefined ? permits.averageHoldMs : smooth(permits.averageHoldMs, Math.max(0, nowMs - held.grantedAtMs)),
  };
}

/** What the latest claim says of its key holds: so a changed setting reaches keys that are in use. */
export function configureCapacity(
  permits: Permits,
  configuredCapacity: number,
  reserved: Reserved,
  longestWaitMs = permits.longestWaitMs,
): Permits {
  return { ...permits, configuredCapacity, reserved, longestWaitMs };
}

/** Nobody holds or waits, and nothing but the configuration is in force: the key can be forgotten. */
export function isIdle({ holders, waiters, capacityOverride }: Permits): boolean {
  return holders.length === 0 && waiters.length === 0 && capacityOverride === null;
}

/** @param capacity null: what is configured holds again */
export function overrideCapacity(permits: Permits, capacity: number | null): Permits {
  return { ...permits, capacityOverride: capacity };
}

export interface Granted {
  readonly permits: Permits;
  /** Those who have a permit now and did not before; each must be told. */
  readonly granted: readonly PermitHolder[];
}

/** Gives out what is free to whoever is next; of what is reserved only tiers that it is reserved for may have any. */
export function grantPermits(permits: Permits, nowMs: number): Granted {
  const { holders, waiters, reserved } = permits;
  const room = roomIn(permits);
  if (!room.isFor('critical')) return { permits, granted: [] };
  const { served, ...turns } = serve(permits, nowMs, room);
  const ofReserve = holders.filter(({ isReserved }) => isReserved).map(({ tier }) => tier);
  const granted = served.map((claim) => {
    const isReserved = ofReserve.filter((tier) => tier === claim.tier).length < (reserved[claim.tier] ?? 0);
    if (isReserved) ofReserve.push(claim.tier);
    return { ...claim, grantedAtMs: nowMs, isReserved };
  });
  const gone = new Set(served);
  const left = waiters.filter((waiter) => !gone.has(waiter));
  return { permits: { ...permits, holders: [...holders, ...granted], waiters: left, ...turns }, granted };
}

/** The first waiters in the order in which they would be served if nothing else came. */
export function waitingOrder(permits: Permits, nowMs: number, atMost = Number.POSITIVE_INFINITY): readonly PermitClaim[] {
  return serve(permits, nowMs, { isFor: () => true, take: () => undefined }, atMost).served;
}

/** Milliseconds until the one at `position` (from 1) gets a permit, as the permits so far were held; null if unknown. */
export function estimateWaitMs(permits: Permits, position: number): number | null {
  const capacity = capacityOf(permits);
  if (permits.averageHoldMs === null || capacity <= 0) return null;
  return Math.round(Math.ceil(position / capacity) * permits.averageHoldMs);
}

interface Served extends Pick<Permits, 'servedTenants' | 'isCriticalsTurn'> {
  readonly served: readonly PermitClaim[];
}

/** What is free, by tier. */
interface Room {
  isFor(tier: Tier): boolean;
  take(tier: Tier): void;
}

/** All of a tier and after it have no more than what isn't reserved for tiers before it. */
function roomIn(permits: Permits): Room {
  const capacity = capacityOf(permits);
  let kept = 0;
  let left = TIERS.map((tier, rank) => {
    const bound = capacity - kept;
    kept += permits.reserved[tier] ?? 0;
    return bound - permits.holders.filter((holder) => TIERS.indexOf(holder.tier) >= rank).length;
  });
  return {
    isFor: (tier) => left.slice(0, TIERS.indexOf(tier) + 1).every((count) => count > 0),
    take(tier) {
      left = left.map((count, rank) => (rank <= TIERS.indexOf(tier) ? count - 1 : count));
    },
  };
}

/**
 * Who gets the next permits that there is room for, one after the other: the longest overdue, but while critical work waits at
 * most every second permit; else of the highest tier, of the tenant served least recently, whoever came first.
 */
function serve({ waiters, longestWaitMs, ...turns }: Permits, nowMs: number, room: Room, atMost = Number.POSITIVE_INFINITY): Served {
  const overdueMs = ({ tier, sinceMs }: PermitClaim): number => nowMs - sinceMs - (longestWaitMs[tier] ?? Number.POSITIVE_INFINITY);
  const overdue = waiters.filter((claim) => overdueMs(claim) > 0).toSorted((a, b) => overdueMs(b) - overdueMs(a));
  const inTime = waiters.filter((claim) => overdueMs(claim) <= 0);
  const lines = TIERS.map((tier) => linesByTenant(inTime.filter((claim) => claim.tier === tier)));
  const tenants = new Set(turns.servedTenants);
  const served: PermitClaim[] = [];
  let { isCriticalsTurn } = turns;

  while (served.length < atMost) {
    const open = TIERS.filter((tier) => room.isFor(tier));
    const criticalWaits = firstInTurn(lines.slice(0, 1), tenants) !== undefined || overdue.some(isCritical);
    const isOnlyForCritical = isCriticalsTurn && criticalWaits;
    const late = overdue.findIndex((claim) => open.includes(claim.tier) && (!isOnlyForCritical || isCritical(claim)));
    const claim = late >= 0 ? overdue.splice(late, 1)[0] : firstInTurn(lines.slice(0, open.length), tenants)?.shift();
    if (claim === undefined) break;
    isCriticalsTurn = late >= 0 && !isCritical(claim) && criticalWaits;
    room.take(claim.tier);
    served.push(claim);
    tenants.delete(claim.tenant);
    tenants.add(claim.tenant);
  }
  return { served, servedTenants: [...tenants], isCriticalsTurn };
}

function isCritical({ tier }: PermitClaim): boolean {
  return tier === 'critical';
}

type LinesByTenant = ReadonlyMap<string, PermitClaim[]>;

/** Each tenant's claims, whoever came first at the front. */
function linesByTenant(claims: readonly PermitClaim[]): LinesByTenant {
  const lines = new Map<string, PermitClaim[]>();
  for (const claim of claims.toSorted((a, b) => a.sinceMs - b.sinceMs)) {
    const line = lines.get(claim.tenant);
    if (line === undefined) lines.set(claim.tenant, [claim]);
    else line.push(claim);
  }
  return lines;
}

/** In the first of the tiers where anybody waits, the line of the tenant whose turn it is. */
function firstInTurn(tiers: readonly LinesByTenant[], tenants: ReadonlySet<string>): PermitClaim[] | undefined {
  for (const lines of tiers) {
    for (const tenant of tenants) {
      const line = lines.get(tenant);
      if (line !== undefined && line.length > 0) return line;
    }
  }
  return undefined;
}

function smooth(average: number | null, latest: number): number {
  return average === null ? latest : average + HOLD_SMOOTHING * (latest - average);
}
