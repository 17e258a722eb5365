import { CancellationScope, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { afterFirstRide } from '../domain/after-ride.ts';
import type { Ride } from '../domain/callback-message.ts';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { firstOf } from './portion.ts';
import { startDeliveries } from './start-deliveries.ts';
import { WATCHED } from './watched.ts';

// Not local: a callback goes out once what it tells of is recorded, not before.
const activities = proxyActivities<Activities>({
  ...WATCHED,
  // Where receivers that hang take up all that there is, deliveries of their own stand in that line, and nobody's work does.
  scheduleToStartTimeout: '2s',
  // It ends by itself after two seconds, or six in a process without rest; the rest is for one whose timers are late.
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

// In the process that has the task: what tells that workers are gone can't wait for one.
const here = proxyLocalActivities<Activities>({ startToCloseTimeout: '30s', retry: { maximumAttempts: 1 } });

/** @returns what became of each, in order; where somebody has ended it by hand, nothing is known of any: deliveries send them */
export async function firstAttempts(messages: readonly Pick<DeliveryInput, 'target' | 'message'>[]): Promise<readonly Ride[]> {
  const sent = messages.map(({ target, message }) => ({ target, message }));
  return activities.firstAttempts({ messages: sent }).then(
    ({ rides }) => rides,
    () => [],
  );
}

type FirstAttempts = typeof firstAttempts;

/** The same in the process that has the workflow's task, so that no worker of the delivery queue is needed. */
export async function firstAttemptsHere(...[messages]: Parameters<FirstAttempts>): ReturnType<FirstAttempts> {
  const sent = messages.map(({ target, message }) => ({ target, message }));
  return here.firstAttempts({ messages: sent }).then(
    ({ rides }) => rides,
    () => [],
  );
}

/** Calls back what is on record: first attempts together, and deliveries for what these leave. */
export function callBack(deliveries: readonly DeliveryInput[], attempt: FirstAttempts = firstAttempts): Promise<void> {
  // What has ended is told of, also by a workflow that somebody cancels meanwhile.
  return CancellationScope.nonCancellable(() => attemptAndStart(deliveries, attempt));
}

async function attemptAndStart(deliveries: readonly DeliveryInput[], attempt: FirstAttempts): Promise<void> {
  for (let rest = deliveries; rest.length > 0;) {
    const next = firstOf(rest);
    const rides = await attempt(next);
    await startDeliveries(
      next.flatMap((one, index) => {
        const { delivery } = afterFirstRide(one.target.callback.url, rides[index]);
        return delivery === null ? [] : { ...one, ...delivery };
      }),
    );
    rest = rest.slice(next.length);
  }
}
