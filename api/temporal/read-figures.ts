import type { Client } from '@temporalio/client';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { capacityOf } from '../../domain/permits.ts';
import type { PermitClaim, Permits } from '../../domain/permits.ts';
import { TIERS } from '../../domain/tier.ts';
import type { Tier } from '../../domain/tier.ts';
import { tierNamesWith } from '../../temporal/durable/chunk-start.ts';
import { BREAKER_MEMO, WORKFLOWS } from '../../temporal/durable/names.ts';
import { isUnitWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { allOf, is, isOfType, isOpen, oneOf } from '../../temporal/list-query.ts';
import type { Figures, PermitFigures } from '../../domain/stats-resource.ts';
import type { ReadFigures } from '../figures.ts';
import { countWorkflows, listInOrder } from './ask-index.ts';
import { readPermits } from './temporal-limit-service.ts';

export interface FigureOptions {
  /** The limits that are looked at, each with its capacity where nobody has used it yet. */
  readonly limits: readonly { readonly key: string; readonly capacity: number }[];
  readonly now: () => number;
}

const READS_AT_ONCE = 4;
// More than anybody has destinations in trouble.
const MOST_DESTINATIONS = 1_000;

/** Reads figures from the engine: counts of its index, which may lag by a second, and what the limits' workflows say. */
export function createReadFigures(client: Client, { limits, now }: FigureOptions): ReadFigures {
  async function countOpen(tenant: string | null, tier: Tier): Promise<number> {
    const query = allOf(isOfType(WORKFLOWS.processChunk), isOpen(), oneOf('Tier', tierNamesWith(tier)), ...ofTenant(tenant));
    return countWorkflows(client, query);
  }

  async function readDestinations(tenant: string | null): Promise<Figures['destinations']> {
    const query = allOf(isOfType(WORKFLOWS.watchDestination), isOpen(), ...ofTenant(tenant));
    const states = (await listInOrder(client, query, MOST_DESTINATIONS)).map(({ memo }) => memo?.[BREAKER_MEMO]);
    const countOf = (state: string): number => states.filter((one) => one === state).length;
    return { open: countOf('open'), half_open: countOf('half_open') };
  }

  return async (tenant) => {
    const [open, destinations, permits] = await Promise.all([
      mapAtMost(TIERS, READS_AT_ONCE, (tier) => countOpen(tenant, tier)),
      readDestinations(tenant),
      mapAtMost(limits, READS_AT_ONCE, ({ key }) => readPermits(client, key)),
    ]);
    const isOurs = (claim: PermitClaim): boolean => tenant === null || claim.tenant === tenant;
    const waiters = permits.flatMap((one) => one?.waiters ?? []).filter(isOurs);
    const waitingAs = (tier: Tier): readonly PermitClaim[] => waiters.filter((waiter) => waiter.tier === tier);
    const ofTiers = (count: (tier: Tier, index: number) => number): Record<Tier, number> =>
      Object.fromEntries(TIERS.map((tier, index) => [tier, count(tier, index)])) as Record<Tier, number>;
    return {
      backlog: ofTiers((tier) => waitingAs(tier).length),
      // Items have workflows of another type, which are not among the open ones.
      running: ofTiers((tier, index) => {
        const waiting = waitingAs(tier).filter(({ workflowId }) => !isUnitWorkflowId(workflowId));
        return Math.max(0, (open[index] ?? 0) - waiting.length);
      }),
      permits: Object.fromEntries(
        limits.map(({ key, capacity }, index) => [key, figuresOf(permits[index] ?? null, capacity, isOurs, now())]),
      ),
      destinations,
    };
  };
}

function ofTenant(tenant: string | null): readonly string[] {
  return tenant === null ? [] : [is('Tenant', tenant)];
}

function figuresOf(permits: Permits | null, capacity: number, isOurs: (claim: PermitClaim) => boolean, nowMs: number): PermitFigures {
  if (permits === null) return { capacity, held: 0, waiting: 0, longestHeldMs: 0 };
  const holders = permits.holders.filter(isOurs);
  return {
    capacity: capacityOf(permits),
    held: holders.length,
    waiting: permits.waiters.filter(isOurs).length,
    longestHeldMs: Math.max(0, ...holders.map(({ grantedAtMs }) => nowMs - grantedAtMs)),
  };
}
