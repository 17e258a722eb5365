import type { PermitNeed } from '../domain/accepted-event.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { isInline } from '../domain/is-inline.ts';
import type { LongestWaits } from '../domain/permits.ts';

export interface ConfiguredLimits {
  /** The permits of heavy types that name no limit of their own. */
  readonly defaultLimit: PermitNeed;
  /** Where an operator set other longest waits than the defaults. */
  readonly longestWaitMs?: LongestWaits | undefined;
}

/**
 * The permits that an event, or a handler of one, needs.
 * @param named those that its type names for it
 */
export function permitNeeds(
  { weight }: Pick<EventDefinition, 'weight'>,
  named: readonly PermitNeed[],
  { defaultLimit, longestWaitMs }: ConfiguredLimits,
): readonly PermitNeed[] {
  const needs = named.length === 0 && !isInline({ weight }) ? [defaultLimit] : named;
  return longestWaitMs === undefined ? needs : needs.map((need) => ({ ...need, longestWaitMs }));
}
