import type { AdvancedRun, Due } from '../advance-port.ts';

/** How much the outcomes of a call may still have, though they come from several hosts. */
export interface OutcomeRoom {
  add(one: AdvancedRun | null): void;
  /** No other run is to be begun. Never before there is any outcome, so that there is always progress. */
  isFull(): boolean;
  /** The bounds for those that are left. */
  left(): Due['bounds'];
}

export function createOutcomeRoom(bounds: Due['bounds']): OutcomeRoom {
  const maxBytes = bounds?.bytes ?? null;
  let bytes = 0;
  return {
    add(one) {
      if (maxBytes !== null && one?.kind === 'advanced') bytes += Buffer.byteLength(JSON.stringify(one.outcome));
    },
    isFull: () => maxBytes !== null && bytes > 0 && bytes >= maxBytes,
    left: () => (bounds === null || maxBytes === null ? bounds : { ...bounds, bytes: maxBytes - bytes }),
  };
}
