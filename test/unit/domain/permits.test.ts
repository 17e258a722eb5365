import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Granted, LongestWaits, PermitClaim, PermitHolder, Permits } from '../../../domain/permits.ts';
import {
  capacityOf,
  claimPermit,
  configureCapacity,
  createPermits,
  DEFAULT_LONGEST_WAITS,
  estimateWaitMs,
  grantPermits,
  isIdle,
  MAX_WAITERS,
  overrideCapacity,
  releasePermit,
  waitingOrder,
} from '../../../domain/permits.ts';
import type { Reserved, Tier } from '../../../domain/tier.ts';
import { TIERS } from '../../../domain/tier.ts';

const SHORT_WAITS: LongestWaits = { critical: null, high: 10, normal: 30, low: 60, bulk: 120 };
const NO_AGEING: LongestWaits = { critical: null, high: null, normal: null, low: null, bulk: null };

/** A claim of the run `runId`, which is its event's only one. */
function claimOf(runId: string, changes: Partial<PermitClaim> = {}): PermitClaim {
  return { workflowId: runId, runId, event: runId, tier: 'normal', tenant: 'acme', sinceMs: 0, ...changes };
}

/** Claims in the order in which they come in. */
function claimAll(permits: Permits, claims: readonly PermitClaim[]): Permits {
  return claims.reduce(claimPermit, permits);
}

function runIdsOf(claims: readonly PermitClaim[]): readonly string[] {
  return claims.map(({ runId }) => runId);
}

/** What is granted one after the other as `capacity` permits turn over, each given back before the next is given out. */
function servedOneByOne(permits: Permits, nowMs: number): readonly string[] {
  const order: string[] = [];
  let { permits: left, granted } = grantPermits(permits, nowMs);
  while (granted.length > 0) {
    order.push(...runIdsOf(granted));
    for (const { runId } of granted) left = releasePermit(left, runId, nowMs);
    ({ permits: left, granted } = grantPermits(left, nowMs));
  }
  return order;
}

type Step =
  | { readonly kind: 'claim'; readonly tier: Tier; readonly tenant: string }
  // The message came twice, or once more long after.
  | { readonly kind: 'claim again'; readonly which: number }
  | { readonly kind: 'release'; readonly which: number }
  // The release of a run that has nothing, as when its closure was found out before its word came.
  | { readonly kind: 'release nothing' }
  | { readonly kind: 'kill'; readonly which: number }
  // A long back-off gives the permit back, and the run asks again with its old age.
  | { readonly kind: 'back off'; readonly which: number }
  | { readonly kind: 'come back'; readonly which: number }
  // Another run of the same event asks, before or after the closure of the old one is found out.
  | { readonly kind: 'reset'; readonly which: number; readonly foundOut: boolean }
  | { readonly kind: 'override'; readonly capacity: number | null }
  | { readonly kind: 'configure'; readonly capacity: number; readonly reserved: Reserved }
  | { readonly kind: 'pass'; readonly ms: number };

const anyTier = fc.constantFrom(...TIERS);
const anyTenant = fc.constantFrom('acme', 'beta', 'corp', 'dune');
const anyWhich = fc.nat(1_000);

const anyReserved: fc.Arbitrary<Reserved> = fc.record({ critical: fc.nat(2), high: fc.nat(2) });
const anyClaim = fc.record({ kind: fc.constant('claim'), tier: anyTier, tenant: anyTenant });
const anyRelease = fc.record({ kind: fc.constant('release'), which: anyWhich });
const anyPass = fc.record({ kind: fc.constant('pass'), ms: fc.nat(40) });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: anyClaim },
  { weight: 5, arbitrary: anyRelease },
  { weight: 3, arbitrary: anyPass },
  fc.record({ kind: fc.constant('claim again'), which: anyWhich }),
  fc.record({ kind: fc.constant('release nothing') }),
  fc.record({ kind: fc.constant('kill'), which: anyWhich }),
  fc.record({ kind: fc.constant('back off'), which: anyWhich }),
  fc.record({ kind: fc.constant('come back'), which: anyWhich }),
  fc.record({ kind: fc.constant('reset'), which: anyWhich, foundOut: fc.boolean() }),
  fc.record({ kind: fc.constant('override'), capacity: fc.option(fc.nat(8)) }),
  fc.record({ kind: fc.constant('configure'), capacity: fc.integer({ min: 1, max: 6 }), reserved: anyReserved }),
);
/** Each inner list is what comes between two times that permits are given out. */
const stepsOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<Step[][]> => fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 40 });

const anySetting = fc
  .record({
    capacity: fc.integer({ min: 1, max: 6 }),
    reserved: anyReserved,
    longestWaitMs: fc.constantFrom(SHORT_WAITS, NO_AGEING, { ...SHORT_WAITS, critical: 20 }),
  })
  .map(({ capacity, reserved, longestWaitMs }) => createPermits(capacity, atMost(capacity, reserved), longestWaitMs));

/** The permits, and what is to be true of them as told by the steps alone. */
interface World {
  permits: Permits;
  nowMs: number;
  /** Runs that claimed and neither gave back nor died, by id. */
  readonly present: Map<string, PermitClaim>;
  readonly backedOff: PermitClaim[];
  /** Tenants that are present, the one that was served or came last at the end. */
  turns: string[];
  runs: number;
}

function createWorld(permits: Permits): World {
  return { permits, nowMs: 1_000, present: new Map(), backedOff: [], turns: [], runs: 0 };
}

function takeStep(world: World, step: Step): void {
  const { permits, nowMs, present, backedOff } = world;
  const pick = (runs: readonly PermitClaim[]): PermitClaim | undefined => ('which' in step ? runs[step.which % runs.length] : undefined);
  const ask = (claim: PermitClaim): void => {
    world.permits = claimPermit(world.permits, claim);
    present.set(claim.runId, claim);
    if (!world.turns.includes(claim.tenant)) world.turns.push(claim.tenant);
  };
  const leave = ({ runId }: PermitClaim): void => {
    world.permits = releasePermit(world.permits, runId, nowMs);
    present.delete(runId);
    world.turns = world.turns.filter((tenant) => [...present.values()].some((claim) => claim.tenant === tenant));
  };
  const all = [...present.values()];
  switch (step.kind) {
    case 'claim':
      world.runs += 1;
      ask(claimOf(`run-${world.runs}`, { tier: step.tier, tenant: step.tenant, sinceMs: nowMs }));
      break;
    case 'claim again': {
      const claim = pick(all);
      if (claim !== undefined) expect(claimPermit(permits, { ...claim, sinceMs: nowMs })).toBe(permits);
      break;
    }
    case 'release': {
      const claim = pick(permits.holders);
      if (claim !== undefined) leave(claim);
      break;
    }
    case 'release nothing':
      expect(releasePermit(permits, 'run-0', nowMs)).toBe(permits);
      break;
    case 'kill': {
      const claim = pick(all);
      if (claim !== undefined) leave(claim);
      break;
    }
    case 'back off': {
      const claim = pick(permits.holders.map(({ runId }) => present.get(runId)).filter((held) => held !== undefined));
      if (claim === undefined) break;
      leave(claim);
      backedOff.push(claim);
      break;
    }
    case 'come back': {
      const claim = pick(backedOff);
      if (claim !== undefined) ask(...(backedOff.splice(backedOff.indexOf(claim), 1) as [PermitClaim]));
      break;
    }
    case 'reset': {
      const old = pick(all);
      if (old === undefined) break;
      if (step.foundOut) leave(old);
      world.runs += 1;
      ask({ ...old, runId: `run-${world.runs}`, sinceMs: nowMs });
      break;
    }
    case 'override':
      world.permits = overrideCapacity(permits, step.capacity);
      break;
    case 'configure':
      world.permits = configureCapacity(permits, step.capacity, atMost(step.capacity, step.reserved));
      break;
    case 'pass':
      world.nowMs += step.ms;
      break;
  }
}

/** Gives out permits, and keeps the tenants' turns. */
function giveOut(world: World): Granted {
  const given = grantPermits(world.permits, world.nowMs);
  world.permits = given.permits;
  for (const { tenant } of given.granted) world.turns = [...world.turns.filter((served) => served !== tenant), tenant];
  return given;
}

function isOpenTo({ tier }: PermitClaim, permits: Permits): boolean {
  return TIERS.slice(0, TIERS.indexOf(tier) + 1).every((one) => from(one, permits) < openFrom(one, permits));
}

/** Who holds one of a tier or of any after it. */
function from(tier: Tier, { holders }: Permits): number {
  return holders.filter((holder) => TIERS.indexOf(holder.tier) >= TIERS.indexOf(tier)).length;
}

/** So many of them may at most: the rest is kept for tiers before. */
function openFrom(tier: Tier, permits: Permits): number {
  const before = TIERS.slice(0, TIERS.indexOf(tier));
  return capacityOf(permits) - before.reduce((sum, one) => sum + (permits.reserved[one] ?? 0), 0);
}

function atMost(capacity: number, { critical = 0, high = 0 }: Reserved): Reserved {
  const kept = Math.min(critical, capacity);
  return { critical: kept, high: Math.min(high, capacity - kept) };
}

function overdueMs({ longestWaitMs }: Permits, { tier, sinceMs }: PermitClaim, nowMs: number): number {
  return Math.max(0, nowMs - sinceMs - (longestWaitMs[tier] ?? Infinity));
}

function isCritical({ tier }: PermitClaim): boolean {
  return tier === 'critical';
}

/** The rules once more, for one permit and with no thought of speed. */
function nextByTheRules(permits: Permits, turns: readonly string[], nowMs: number): PermitClaim | undefined {
  const allowed = permits.waiters.filter((claim) => isOpenTo(claim, permits));
  const overdue = allowed.filter((claim) => overdueMs(permits, claim, nowMs) > 0);
  const inTime = allowed.filter((claim) => !overdue.includes(claim));
  const isCriticalsTurn = permits.isCriticalsTurn && allowed.some(isCritical);
  const late = isCriticalsTurn ? overdue.filter(isCritical) : overdue;
  if (late.length > 0) return late.toSorted((a, b) => overdueMs(permits, b, nowMs) - overdueMs(permits, a, nowMs))[0];
  const tier = TIERS.find((each) => inTime.some((claim) => claim.tier === each));
  const ofTier = inTime.filter((claim) => claim.tier === tier);
  const tenant = turns.find((each) => ofTier.some((claim) => claim.tenant === each));
  return ofTier.filter((claim) => claim.tenant === tenant).toSorted((a, b) => a.sinceMs - b.sinceMs)[0];
}

/** The states before each of the grants, as if they had been made one at a time. */
function* eachGrant(before: Permits, granted: Granted['granted']): Generator<{ readonly state: Permits; readonly grant: PermitClaim }> {
  let state = before;
  for (const holder of granted) {
    const { grantedAtMs, isReserved: _kept, ...grant } = holder;
    yield { state, grant };
    state = {
      ...state,
      isCriticalsTurn: !isCritical(grant) && overdueMs(state, grant, grantedAtMs) > 0 && state.waiters.some(isCritical),
      holders: [...state.holders, holder],
      waiters: state.waiters.filter(({ runId }) => runId !== grant.runId),
    };
  }
}

/** One time that permits were given out. */
interface Round extends Granted {
  readonly world: World;
  readonly before: Permits;
  /** The turns before. */
  readonly turns: readonly string[];
}

describe('whatever happens to the permits of a key', () => {
  function always(check: (round: Round) => void): void {
    fc.assert(
      fc.property(anySetting, stepsOf(anyStep), (permits, rounds) => {
        const world = createWorld(permits);
        for (const steps of rounds) {
          for (const step of steps) takeStep(world, step);
          const { permits: before, turns } = world;
          check({ world, before, turns, ...giveOut(world) });
        }
      }),
      { numRuns: 300 },
    );
  }

  it('gives out none above the capacity, and none at all while more are held than a lowered one', () => {
    always(({ before, permits, granted }) => {
      expect(permits.holders.length).toBeLessThanOrEqual(Math.max(capacityOf(permits), before.holders.length));
      if (before.holders.length >= capacityOf(before)) expect(granted).toEqual([]);
    });
  });

  it('takes no permit away but from those that gave it back or are closed', () => {
    always(({ world, before, permits }) => {
      expect(permits.holders.slice(0, before.holders.length)).toEqual(before.holders);
      expect(runIdsOf([...permits.holders, ...permits.waiters]).toSorted()).toEqual([...world.present.keys()].toSorted());
    });
  });

  it('knows every run once: it holds or waits', () => {
    always(({ permits }) => {
      const runIds = runIdsOf([...permits.holders, ...permits.waiters]);
      expect(new Set(runIds).size).toBe(runIds.length);
    });
  });

  it('leaves nothing free while somebody waits who may have it', () => {
    always(({ permits }) => {
      expect(permits.waiters.filter((claim) => isOpenTo(claim, permits))).toEqual([]);
    });
  });

  it('gives every permit to one that waited, from now on, and leaves the others in their order', () => {
    always(({ world: { nowMs }, before, permits, granted }) => {
      const left = new Set(permits.waiters);
      expect(granted).toEqual(permits.holders.slice(before.holders.length));
      expect(before.waiters.filter((claim) => left.has(claim))).toEqual(permits.waiters);
      for (const { grantedAtMs, isReserved: _kept, ...claim } of granted) {
        expect(before.waiters).toContainEqual(claim);
        expect(grantedAtMs).toBe(nowMs);
      }
      expect(permits.waiters.length).toBe(before.waiters.length - granted.length);
    });
  });

  it('gives a permit that is kept for a tier to that and those before it only', () => {
    always(({ before, permits }) => {
      for (const tier of TIERS) {
        expect(from(tier, permits)).toBeLessThanOrEqual(Math.max(0, openFrom(tier, permits), from(tier, before)));
      }
    });
  });

  it('says of no more of a tier than are kept for it that they have such a permit, and of all of these', () => {
    always(({ before, permits, granted }) => {
      for (const tier of TIERS) {
        const kept = permits.reserved[tier] ?? 0;
        const has = (holders: readonly PermitHolder[]): number => holders.filter((one) => one.isReserved && one.tier === tier).length;
        const news = granted.filter((one) => one.tier === tier);
        const free = Math.max(0, kept - has(before.holders));
        expect(has(news)).toBe(Math.min(free, news.length));
      }
    });
  });

  it('serves the longest overdue first, and nobody else while one is overdue but critical work in its turn', () => {
    always(({ world: { nowMs }, before, granted }) => {
      for (const { state, grant } of eachGrant(before, granted)) {
        if (state.isCriticalsTurn && isCritical(grant)) continue;
        const rivals = state.waiters.filter((claim) => isOpenTo(claim, state)).map((claim) => overdueMs(state, claim, nowMs));
        expect(overdueMs(state, grant, nowMs)).toBe(Math.max(...rivals));
      }
    });
  });

  it('never serves overdue work twice in a row while critical work waits', () => {
    always(({ world: { nowMs }, before, granted }) => {
      for (const { state, grant } of eachGrant(before, granted)) {
        if (!state.isCriticalsTurn || isCritical(grant) || overdueMs(state, grant, nowMs) === 0) continue;
        expect(state.waiters.filter(isCritical)).toEqual([]);
      }
    });
  });

  it('serves a higher tier first, but for those that are overdue', () => {
    always(({ world: { nowMs }, before, granted }) => {
      for (const { state, grant } of eachGrant(before, granted)) {
        if (overdueMs(state, grant, nowMs) > 0) continue;
        const rivals = state.waiters.filter((claim) => isOpenTo(claim, state) && overdueMs(state, claim, nowMs) === 0);
        expect(TIERS.indexOf(grant.tier)).toBe(Math.min(...rivals.map(({ tier }) => TIERS.indexOf(tier))));
      }
    });
  });

  it('serves whoever came first of those with the same tier and tenant', () => {
    always(({ before, granted }) => {
      for (const { state, grant } of eachGrant(before, granted)) {
        const equals = state.waiters.filter(({ tier, tenant }) => tier === grant.tier && tenant === grant.tenant);
        expect(grant).toEqual(equals.toSorted((a, b) => a.sinceMs - b.sinceMs)[0]);
      }
    });
  });

  it('grants exactly what the rules say, one permit after the other', () => {
    always(({ world: { nowMs }, before, turns, permits, granted }) => {
      let line = turns;
      for (const { state, grant } of eachGrant(before, granted)) {
        expect(grant).toEqual(nextByTheRules(state, line, nowMs));
        line = [...line.filter((tenant) => tenant !== grant.tenant), grant.tenant];
      }
      expect(nextByTheRules(permits, line, nowMs)).toBeUndefined();
    });
  });

  it('keeps the turns of those tenants that are present', () => {
    always(({ world, permits }) => {
      expect(permits.servedTenants).toEqual(world.turns);
    });
  });

  it('forgets nothing on its way through JSON, as when its workflow continues as new', () => {
    always(({ permits }) => {
      expect(JSON.parse(JSON.stringify(permits))).toEqual(permits);
    });
  });

  it('is empty again when everyone is gone', () => {
    fc.assert(
      fc.property(anySetting, stepsOf(anyStep), (permits, rounds) => {
        const world = createWorld(permits);
        for (const steps of rounds) {
          for (const step of steps) takeStep(world, step);
          giveOut(world);
        }

        let left = overrideCapacity(world.permits, null);
        for (const runId of world.present.keys()) left = releasePermit(left, runId, world.nowMs);

        expect(isIdle(left)).toBe(true);
        expect(left.servedTenants).toEqual([]);
      }),
    );
  });
});

describe('ageing', () => {
  it('lets nobody who is overdue wait for more than two grants for each that was overdue before', () => {
    const anyTraffic = fc.oneof(anyClaim, anyRelease, anyRelease, anyPass);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), stepsOf(anyTraffic), (capacity, rounds) => {
        const world = createWorld(createPermits(capacity, {}, SHORT_WAITS));
        const grantsToWait = new Map<string, number>();
        for (const steps of rounds) {
          for (const step of steps) takeStep(world, step);
          const overdue = world.permits.waiters.filter((claim) => overdueMs(world.permits, claim, world.nowMs) > 0);
          for (const { runId } of overdue) if (!grantsToWait.has(runId)) grantsToWait.set(runId, 2 * overdue.length - 1);

          for (const { runId } of giveOut(world).granted) {
            grantsToWait.delete(runId);
            for (const [waiting, grants] of grantsToWait) grantsToWait.set(waiting, grants - 1);
          }

          expect([...grantsToWait.values()].filter((grants) => grants < 0)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('bounds what a tier waits under a flood of critical work, with reserved permits too', () => {
    const anyFlood = fc.record({
      capacity: fc.integer({ min: 1, max: 5 }),
      reserved: fc.nat(4),
      holdMs: fc.integer({ min: 1, max: 8 }),
      starts: fc.array(fc.record({ atMs: fc.nat(60), tier: fc.constantFrom<Tier>('high', 'normal', 'low') }), {
        minLength: 1,
        maxLength: 12,
      }),
    });
    fc.assert(
      fc.property(anyFlood, ({ capacity, reserved, holdMs, starts }) => {
        const open = capacity - Math.min(reserved, capacity - 1);
        let permits = createPermits(capacity, { critical: capacity - open }, SHORT_WAITS);
        const waits: { readonly tier: Tier; readonly waitedMs: number }[] = [];
        for (let nowMs = 0; nowMs < 300; nowMs += 1) {
          for (const { runId, grantedAtMs } of permits.holders) {
            if (nowMs >= grantedAtMs + holdMs) permits = releasePermit(permits, runId, nowMs);
          }
          for (const [index, { atMs, tier }] of starts.entries()) {
            if (atMs === nowMs) permits = claimPermit(permits, claimOf(`start-${index}`, { tier, sinceMs: nowMs }));
          }
          // Whatever is served, three times as much critical work waits.
          const waiting = permits.waiters.filter(({ tier }) => tier === 'critical').length;
          for (let missing = 3 * capacity - waiting; missing > 0; missing -= 1) {
            permits = claimPermit(permits, claimOf(`flood-${nowMs}-${missing}`, { tier: 'critical', sinceMs: nowMs }));
          }
          const given = grantPermits(permits, nowMs);
          permits = given.permits;
          for (const { tier, sinceMs } of given.granted) if (tier !== 'critical') waits.push({ tier, waitedMs: nowMs - sinceMs });
        }

        expect(waits).toHaveLength(starts.length);
        // While critical work waits, every second permit goes to what is overdue.
        const turnoverMs = holdMs * Math.ceil((2 * starts.length) / open);
        for (const { tier, waitedMs } of waits) expect(waitedMs).toBeLessThanOrEqual((SHORT_WAITS[tier] ?? 0) + 1 + turnoverMs);
      }),
    );
  });

  it.each<[Tier, number]>([
    ['high', 10_000],
    ['normal', 60_000],
    ['low', 300_000],
    ['bulk', 3_600_000],
  ])('puts %s work before critical after %i ms, and not yet at them', (tier, longestMs) => {
    const permits = claimAll(createPermits(1), [claimOf('old', { tier }), claimOf('critical', { tier: 'critical', sinceMs: longestMs })]);

    expect(runIdsOf(grantPermits(permits, longestMs).granted)).toEqual(['critical']);
    expect(runIdsOf(grantPermits(permits, longestMs + 1).granted)).toEqual(['old']);
  });

  it('lets critical and overdue work take turns while both wait', () => {
    const permits = claimAll(createPermits(1), [
      ...['a', 'b', 'c'].map((name) => claimOf(`overdue-${name}`, { tier: 'low' })),
      ...['a', 'b'].map((name) => claimOf(`critical-${name}`, { tier: 'critical', sinceMs: 300_000 })),
    ]);

    expect(servedOneByOne(permits, 300_001)).toEqual(['overdue-a', 'critical-a', 'overdue-b', 'critical-b', 'overdue-c']);
  });

  it('never makes critical work overdue', () => {
    const permits = claimAll(createPermits(1), [
      claimOf('oldest', { tier: 'critical' }),
      claimOf('overdue', { tier: 'bulk', sinceMs: 1_000 }),
    ]);

    expect(runIdsOf(waitingOrder(permits, 4_000_000))).toEqual(['overdue', 'oldest']);
  });

  it('counts from when a run began to wait for the first time', () => {
    let { permits } = grantPermits(claimAll(createPermits(1), [claimOf('first'), claimOf('other', { sinceMs: 5 })]), 10);
    permits = claimPermit(releasePermit(permits, 'first', 20), claimOf('first'));

    expect(runIdsOf(grantPermits(permits, 30).granted)).toEqual(['first']);
  });
});

describe('turns', () => {
  it('differ by one at most between tenants of a tier with the same load, in any stretch of grants', () => {
    const anyLoad = fc
      .record({ tenants: fc.integer({ min: 2, max: 5 }), each: fc.integer({ min: 1, max: 6 }) })
      .chain(({ tenants, each }) => {
        const claims = Array.from({ length: tenants * each }, (_, index) =>
          claimOf(`run-${index}`, { tenant: `tenant-${index % tenants}` }),
        );
        return fc.shuffledSubarray(claims, { minLength: claims.length });
      });
    fc.assert(
      fc.property(anyLoad, fc.integer({ min: 1, max: 4 }), anyTier, fc.infiniteStream(fc.nat(3)), (claims, capacity, tier, picks) => {
        const arrivals = claims.map((claim, index): PermitClaim => ({ ...claim, tier, sinceMs: index }));
        let { permits, granted } = grantPermits(claimAll(createPermits(capacity), arrivals), arrivals.length);
        const served = granted.map(({ tenant }) => tenant);
        while (granted.length > 0) {
          const leaving = permits.holders[picks.next().value % permits.holders.length];
          ({ permits, granted } = grantPermits(releasePermit(permits, leaving?.runId ?? '', arrivals.length), arrivals.length));
          served.push(...granted.map(({ tenant }) => tenant));
        }

        expect(permits.waiters).toEqual([]);
        const tenants = [...new Set(served)];
        for (let from = 0; from < served.length; from += 1) {
          const grants = new Map(tenants.map((tenant) => [tenant, 0]));
          for (const tenant of served.slice(from)) {
            grants.set(tenant, (grants.get(tenant) ?? 0) + 1);
            expect(Math.max(...grants.values()) - Math.min(...grants.values())).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });

  it('let no tenant be served twice while another of the tier waits, though it left and came back meanwhile', () => {
    const anyTraffic = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('claim'), tier: fc.constant('normal'), tenant: anyTenant }) },
      { weight: 4, arbitrary: anyRelease },
      fc.record({ kind: fc.constant('kill'), which: anyWhich }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), stepsOf(anyTraffic), (capacity, rounds) => {
        const world = createWorld(createPermits(capacity));
        /** Whom each tenant that waits saw served since. */
        const seen = new Map<string, Set<string>>();
        for (const step of rounds.flat()) {
          takeStep(world, step);
          const before = world.permits;
          for (const { state, grant } of eachGrant(before, giveOut(world).granted)) {
            for (const { tenant } of state.waiters) {
              if (tenant === grant.tenant) continue;
              expect([...(seen.get(tenant) ?? [])]).not.toContain(grant.tenant);
            }
            for (const [tenant, served] of seen) if (tenant !== grant.tenant) served.add(grant.tenant);
            seen.delete(grant.tenant);
          }
          const waiting = new Set(world.permits.waiters.map(({ tenant }) => tenant));
          for (const tenant of seen.keys()) if (!waiting.has(tenant)) seen.delete(tenant);
          for (const tenant of waiting) if (!seen.has(tenant)) seen.set(tenant, new Set());
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are not taken from one that always waits by two that come and go', () => {
    const waits = ['wait-1', 'wait-2', 'wait-3'].map((runId) => claimOf(runId, { tier: 'critical', tenant: 'waits' }));
    let { permits } = grantPermits(claimAll(createPermits(1), waits), 0);
    const order: string[] = [];
    for (const [index, tenant] of ['comes', 'goes', 'comes', 'goes'].entries()) {
      permits = claimPermit(permits, claimOf(`${tenant}-${index}`, { tier: 'critical', tenant, sinceMs: index + 1 }));
      for (const { runId } of permits.holders) permits = releasePermit(permits, runId, index + 1);
      const given = grantPermits(permits, index + 1);
      permits = given.permits;
      order.push(...runIdsOf(given.granted));
    }

    expect(order).toEqual(['wait-2', 'comes-0', 'wait-3', 'goes-1']);
  });

  it('go to tenants one by one, and within a tenant to whoever came first', () => {
    const permits = claimAll(createPermits(2), [
      claimOf('a1', { tenant: 'a', sinceMs: 1 }),
      claimOf('a2', { tenant: 'a', sinceMs: 2 }),
      claimOf('a3', { tenant: 'a', sinceMs: 3 }),
      claimOf('b1', { tenant: 'b', sinceMs: 4 }),
      claimOf('c1', { tenant: 'c', sinceMs: 5 }),
      claimOf('b2', { tenant: 'b', sinceMs: 6 }),
    ]);

    expect(servedOneByOne(permits, 10)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('count across tiers: whoever had critical work served comes after the others', () => {
    const permits = claimAll(createPermits(1), [
      claimOf('a-normal', { tenant: 'a' }),
      claimOf('b-normal', { tenant: 'b' }),
      claimOf('a-critical', { tenant: 'a', tier: 'critical' }),
    ]);

    expect(runIdsOf(waitingOrder(permits, 0))).toEqual(['a-critical', 'b-normal', 'a-normal']);
  });
});

describe('a claim', () => {
  it('repeated while the run waits or holds changes nothing', () => {
    const waiting = claimPermit(createPermits(1), claimOf('run-1'));
    const holding = grantPermits(waiting, 5).permits;

    expect(claimPermit(waiting, claimOf('run-1', { sinceMs: 9 }))).toBe(waiting);
    expect(claimPermit(holding, claimOf('run-1', { sinceMs: 9 }))).toBe(holding);
  });

  it('of another run of the same event gets a permit of its own, and the old run keeps its until it is found closed', () => {
    const before = grantPermits(claimPermit(createPermits(2), claimOf('old', { workflowId: 'order-1' })), 0).permits;

    const { permits, granted } = grantPermits(claimPermit(before, claimOf('new', { workflowId: 'order-1' })), 1);

    expect(runIdsOf(granted)).toEqual(['new']);
    expect(runIdsOf(permits.holders)).toEqual(['old', 'new']);
    expect(runIdsOf(releasePermit(permits, 'old', 2).holders)).toEqual(['new']);
  });
});

describe('a release', () => {
  it('ends a wait too', () => {
    const permits = claimAll(createPermits(1), [claimOf('run-1'), claimOf('run-2')]);

    expect(runIdsOf(releasePermit(permits, 'run-1', 0).waiters)).toEqual(['run-2']);
  });

  it('of a run that has nothing changes nothing', () => {
    const permits = claimPermit(createPermits(1), claimOf('run-1'));

    expect(releasePermit(permits, 'run-2', 0)).toBe(permits);
  });
});

describe('the capacity', () => {
  const fiveWaiting = claimAll(
    createPermits(2),
    [1, 2, 3, 4, 5].map((number) => claimOf(`run-${number}`, { sinceMs: number })),
  );

  it('applies at once when raised', () => {
    const { permits } = grantPermits(fiveWaiting, 10);

    expect(runIdsOf(grantPermits(overrideCapacity(permits, 4), 11).granted)).toEqual(['run-3', 'run-4']);
  });

  it('takes nothing away when lowered, and gives out nothing until fewer are held', () => {
    const held = grantPermits(overrideCapacity(fiveWaiting, 3), 10).permits;
    const lowered = grantPermits(overrideCapacity(held, 1), 11);
    expect(lowered.granted).toEqual([]);
    expect(runIdsOf(lowered.permits.holders)).toEqual(['run-1', 'run-2', 'run-3']);

    const two = grantPermits(releasePermit(lowered.permits, 'run-1', 12), 12);
    const one = grantPermits(releasePermit(two.permits, 'run-2', 13), 13);
    const none = grantPermits(releasePermit(one.permits, 'run-3', 14), 14);

    expect([two, one, none].map(({ granted }) => runIdsOf(granted))).toEqual([[], [], ['run-4']]);
  });

  it('is what an operator set, whatever is configured, until that is taken back', () => {
    const overridden = configureCapacity(overrideCapacity(createPermits(5), 2), 9, { critical: 1 });

    expect(capacityOf(overridden)).toBe(2);
    expect(capacityOf(overrideCapacity(overridden, null))).toBe(9);
    expect(overridden.reserved).toEqual({ critical: 1 });
  });

  it('of nothing stops the key without forgetting who waits', () => {
    const { permits, granted } = grantPermits(overrideCapacity(fiveWaiting, 0), 10);

    expect(granted).toEqual([]);
    expect(permits.waiters).toHaveLength(5);
  });

  it('can rise from 5 to as many as may wait, in one step', () => {
    const crowd = Array.from({ length: MAX_WAITERS + 5 }, (_, index) =>
      claimOf(`run-${index}`, { tenant: `tenant-${index % 700}`, sinceMs: index }),
    );
    const { permits } = grantPermits(claimAll(createPermits(5), crowd), MAX_WAITERS);

    const order = runIdsOf(waitingOrder(permits, MAX_WAITERS));
    const { permits: full, granted } = grantPermits(overrideCapacity(permits, MAX_WAITERS + 5), MAX_WAITERS);

    expect(runIdsOf(granted)).toEqual(order);
    expect(new Set(runIdsOf(full.holders)).size).toBe(MAX_WAITERS + 5);
    expect(full.waiters).toEqual([]);
  });
});

describe('reserved permits', () => {
  const claims = [
    claimOf('normal-1'),
    claimOf('normal-2'),
    claimOf('normal-3'),
    claimOf('normal-4'),
    claimOf('critical-1', { tier: 'critical' }),
    claimOf('critical-2', { tier: 'critical' }),
  ];

  it('stay free for critical work, however much other work waits', () => {
    const { permits } = grantPermits(claimAll(createPermits(5, { critical: 2 }), claims.slice(0, 4)), 0);
    expect(runIdsOf(permits.holders)).toEqual(['normal-1', 'normal-2', 'normal-3']);

    const { granted } = grantPermits(claimAll(permits, claims.slice(4)), 1);

    expect(runIdsOf(granted)).toEqual(['critical-1', 'critical-2']);
  });

  it('are what critical work uses first: the others stay open to all', () => {
    const { permits } = grantPermits(claimAll(createPermits(5, { critical: 2 }), claims.slice(4)), 0);

    const { granted } = grantPermits(claimAll(permits, claims.slice(0, 4)), 1);

    expect(runIdsOf(granted)).toEqual(['normal-1', 'normal-2', 'normal-3']);
  });

  it('are not for other work that is overdue either', () => {
    const { permits, granted } = grantPermits(claimAll(createPermits(2, { critical: 1 }), claims), 1_000_000);

    expect(runIdsOf(granted)).toEqual(['normal-1', 'critical-1']);
    expect(runIdsOf(grantPermits(releasePermit(permits, 'critical-1', 1_000_001), 1_000_001).granted)).toEqual(['critical-2']);
    expect(runIdsOf(grantPermits(releasePermit(permits, 'normal-1', 1_000_001), 1_000_001).granted)).toEqual(['normal-2']);
  });

  it('may be all there are', () => {
    expect(runIdsOf(grantPermits(claimAll(createPermits(3, { critical: 3 }), claims), 0).granted)).toEqual(['critical-1', 'critical-2']);
  });
});

describe('waitingOrder', () => {
  it('is the order in which permits are granted if nothing else comes', () => {
    fc.assert(
      fc.property(anySetting, stepsOf(anyStep), fc.integer({ min: 1, max: 5 }), fc.nat(30), (permits, rounds, more, atMost) => {
        const world = createWorld({ ...permits, reserved: {} });
        for (const steps of rounds) {
          for (const step of steps) if (step.kind !== 'configure') takeStep(world, step);
          giveOut(world);
        }
        const { nowMs } = world;
        const order = waitingOrder(world.permits, nowMs);

        const { granted } = grantPermits(overrideCapacity(world.permits, world.permits.holders.length + more), nowMs);
        let emptied = overrideCapacity(world.permits, 1);
        for (const { runId } of world.permits.holders) emptied = releasePermit(emptied, runId, nowMs);

        expect(runIdsOf(granted)).toEqual(runIdsOf(order.slice(0, more)));
        expect(runIdsOf(order).toSorted()).toEqual(runIdsOf(world.permits.waiters).toSorted());
        expect(waitingOrder(world.permits, nowMs, atMost)).toEqual(order.slice(0, atMost));
        expect(servedOneByOne(emptied, nowMs)).toEqual(runIdsOf(order));
      }),
      { numRuns: 300 },
    );
  });

  it('is empty where nobody waits', () => {
    expect(waitingOrder(createPermits(1), 0)).toEqual([]);
  });
});

describe('estimateWaitMs', () => {
  function heldFor(capacity: number, holdsMs: readonly number[]): Permits {
    return holdsMs.reduce((permits, holdMs, index) => {
      const held = grantPermits(claimPermit(permits, claimOf(`run-${index}`)), 1_000).permits;
      return releasePermit(held, `run-${index}`, 1_000 + holdMs);
    }, createPermits(capacity));
  }

  it('is unknown before any permit was given back, by a run that only waited too', () => {
    const permits = releasePermit(claimPermit(createPermits(1), claimOf('run-1')), 'run-1', 10);

    expect(estimateWaitMs(permits, 1)).toBeNull();
  });

  it('is unknown while nothing can be granted', () => {
    expect(estimateWaitMs(overrideCapacity(heldFor(1, [100]), 0), 1)).toBeNull();
  });

  it.each([
    [1, 300],
    [2, 300],
    [3, 600],
    [5, 900],
  ])('of position %i with two permits of 300 ms each is %i ms', (position, estimateMs) => {
    expect(estimateWaitMs(heldFor(2, [300, 300]), position)).toBe(estimateMs);
  });

  it('follows what permits take lately', () => {
    expect(estimateWaitMs(heldFor(1, [1_000, 2_000]), 1)).toBe(1_200);
  });

  it('counts a permit as held for no time when the clock went back', () => {
    expect(estimateWaitMs(heldFor(1, [-500]), 1)).toBe(0);
  });

  it('lies within what permits took, is never less for a later position, nor more for a higher capacity', () => {
    const anyHolds = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 20 });
    const anyPosition = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(anyHolds, fc.integer({ min: 1, max: 10 }), anyPosition, anyPosition, (holdsMs, capacity, a, b) => {
        const permits = heldFor(capacity, holdsMs);
        const estimate = (position: number, raised = 0): number =>
          estimateWaitMs(overrideCapacity(permits, capacity + raised), position) ?? NaN;

        expect(estimate(1)).toBeGreaterThanOrEqual(Math.min(...holdsMs));
        expect(estimate(1)).toBeLessThanOrEqual(Math.max(...holdsMs));
        expect(estimate(Math.min(a, b))).toBeLessThanOrEqual(estimate(Math.max(a, b)));
        expect(estimate(a, 1)).toBeLessThanOrEqual(estimate(a));
      }),
    );
  });
});

describe('isIdle', () => {
  it('is so with nobody there and nothing set', () => {
    expect(isIdle(createPermits(5))).toBe(true);
  });

  it('is not so while somebody waits or holds', () => {
    const waiting = claimPermit(createPermits(1), claimOf('run-1'));

    expect(isIdle(waiting)).toBe(false);
    expect(isIdle(grantPermits(waiting, 0).permits)).toBe(false);
  });

  it('is not so while what an operator set is in force', () => {
    const overridden = overrideCapacity(createPermits(5), 3);

    expect(isIdle(overridden)).toBe(false);
    expect(isIdle(overrideCapacity(overridden, null))).toBe(true);
  });
});

describe('the longest waits', () => {
  it('are as documented unless others are given', () => {
    expect(createPermits(1).longestWaitMs).toBe(DEFAULT_LONGEST_WAITS);
    expect(createPermits(1, {}, SHORT_WAITS).longestWaitMs).toBe(SHORT_WAITS);
  });
});
