import type { PermitNeed } from './accepted-event.ts';
import { totalReserved } from './tier.ts';
import type { Reserved } from './tier.ts';

/** So many at once of what shares a key. */
export interface Limit<Data> {
  /** `A-Z`, `a-z`, `0-9`, `.`, `_`, `:`, `@` and `-`, at most 128 of them; per tenant, per host … by a function of the event. */
  readonly key: string | ((event: { readonly data: Data; readonly tenant: string }) => string);
  readonly max: number;
  /**
   * So many of `max` are for events of a tier, and of those before it, alone: `{ critical: 2, high: 1 }`; a number is for critical ones. They have room on
   * workers, too. Default none.
   */
  readonly reserved?: number | Reserved;
}

/** @param whose the beginning of the message @throws Error for limits that can't work */
export function toLimits<Data>(given: Limit<Data> | readonly Limit<Data>[] = [], whose: string): readonly Limit<Data>[] {
  const limits = [given].flat() as readonly Limit<Data>[];
  for (const { max, reserved } of limits) {
    const kept = toReserved(reserved);
    const areWhole = Object.values(kept).every((count) => Number.isInteger(count) && count >= 0);
    if (Number.isInteger(max) && max >= 1 && areWhole && totalReserved(kept) <= max) continue;
    throw new Error(`${whose}: a limit needs a whole max of 1 or more, and 0 to max reserved`);
  }
  return limits;
}

/** The permits that an event needs under these limits. */
export function toPermitNeeds<Data>(
  limits: readonly Limit<Data>[],
  event: { readonly data: Data; readonly tenant: string },
): readonly PermitNeed[] {
  return limits.map(({ key, max, reserved }) => ({
    key: typeof key === 'function' ? key(event) : key,
    capacity: max,
    reserved: toReserved(reserved),
  }));
}

function toReserved(reserved: number | Reserved = {}): Reserved {
  return typeof reserved === 'number' ? { critical: reserved } : reserved;
}
