import { afterFirstRide } from './after-ride.ts';
import type { Ride } from './callback-message.ts';
import type { CallbackRecord } from './callback-record.ts';
import type { DeliveryInput } from './delivery-input.ts';

/** The callback of a recorded event; `version` is that of the subject after it. */
export interface FirstCallback extends Pick<DeliveryInput, 'target' | 'message'> {
  readonly version: number;
}

/** Where the callbacks of a subject's events are, until each is delivered or in a delivery of its own. */
export interface SubjectCallbacks {
  /** Their first attempts have yet to be made; the oldest first. */
  readonly waiting: readonly FirstCallback[];
  /** Their first attempts are under way. */
  readonly riding: readonly FirstCallback[];
  /** What first attempts have left to deliveries, which have yet to be started. */
  readonly left: readonly DeliveryInput[];
}

export function addCallback(callbacks: SubjectCallbacks, callback: FirstCallback): SubjectCallbacks {
  return { ...callbacks, waiting: [...callbacks.waiting, callback] };
}

export function beginRides(callbacks: SubjectCallbacks, first: readonly FirstCallback[]): SubjectCallbacks {
  return { ...callbacks, waiting: callbacks.waiting.slice(first.length), riding: [...callbacks.riding, ...first] };
}

export interface EndedRides {
  readonly callbacks: SubjectCallbacks;
  /** Of those whose rides came to something, be it that they wait. */
  readonly records: readonly { readonly version: number; readonly callback: CallbackRecord }[];
}

/** What nothing is known of is left to a delivery that begins at the beginning. */
export function endRides(callbacks: SubjectCallbacks, ridden: readonly FirstCallback[], rides: readonly Ride[]): EndedRides {
  const ended = ridden.map(({ version, target, message }, index) => {
    const { record, delivery } = afterFirstRide(target.callback.url, rides[index]);
    return { version, record, isSent: rides[index]?.kind === 'sent', left: delivery && { target, message, ...delivery } };
  });
  return {
    callbacks: {
      ...callbacks,
      riding: callbacks.riding.filter((one) => !ridden.includes(one)),
      left: [...callbacks.left, ...ended.flatMap(({ left }) => left ?? [])],
    },
    records: ended.filter(({ isSent }) => isSent).map(({ version, record }) => ({ version, callback: record })),
  };
}

export function endStarts(callbacks: SubjectCallbacks, started: readonly DeliveryInput[]): SubjectCallbacks {
  return { ...callbacks, left: callbacks.left.filter((one) => !started.includes(one)) };
}

/** All that is still to be done, in whichever way. */
export function unsettled({ waiting, riding, left }: SubjectCallbacks): readonly Pick<DeliveryInput, 'message'>[] {
  return [...waiting, ...riding, ...left];
}
