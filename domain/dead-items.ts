import type { FailureGroup } from './batch.ts';
import { ORDER_TYPE } from './bulk-order.ts';
import { causeDigest } from './dead-letter.ts';
import type { Cause } from './dead-letter.ts';
import { itemId } from './event-id.ts';
import type { CountedDeadLetters } from './dead-letter-resource.ts';

/** What the items of a batch have failed of, as it counts them. */
export interface BatchFailures {
  readonly batch: string;
  readonly endedAtMs: number;
  readonly failures: Readonly<Record<string, FailureGroup>>;
}

export interface DeadItems extends CountedDeadLetters {
  /** Those that have any, the last first. */
  readonly batches: readonly string[];
}

const CAUSE = /^([^:]+):([^:]+):(.+)$/;

/**
 * Failed items of batches by their cause, which a batch counts without a message. Not those of which a bulk replay says that they could
 * not be replayed: they are still counted where they died.
 * @param discardedAtMs what had ended by then of a cause is put aside
 */
export function countDeadItems(
  tenant: string,
  batches: readonly BatchFailures[],
  discardedAtMs: (digest: string) => number,
): readonly DeadItems[] {
  const counted = new Map<string, DeadItems>();
  for (const { batch, endedAtMs, failures } of batches.toSorted((one, other) => other.endedAtMs - one.endedAtMs)) {
    for (const [group, { count, example }] of Object.entries(failures)) {
      const cause = toCause(tenant, group);
      const digest = causeDigest(cause);
      if (cause.type === ORDER_TYPE || endedAtMs <= discardedAtMs(digest)) continue;
      const { kind, type, stage, code, message } = cause;
      const none = {
        digest,
        kind,
        type,
        stage,
        code,
        message,
        count: 0,
        lastAtMs: endedAtMs,
        example: itemId(batch, example),
        batches: [],
      };
      const before = counted.get(digest) ?? none;
      counted.set(digest, { ...before, count: before.count + count, firstAtMs: endedAtMs, batches: [...before.batches, batch] });
    }
  }
  return [...counted.values()];
}

/** As `failureCause` writes it, or a code alone where there is no more to say. */
function toCause(tenant: string, group: string): Cause {
  const [, type = '', stage = 'none', code = group] = CAUSE.exec(group) ?? [];
  return { kind: 'item', tenant, type, stage: stage === 'none' ? null : stage, code, message: '' };
}
