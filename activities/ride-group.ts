import type { Activities } from '../domain/activities.ts';
import type { Ride, RideMessage } from '../domain/callback-message.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import { CONNECTIONS_PER_ORIGIN, RIDE_MS } from '../domain/riding.ts';
import { originOf } from './callback/origin-memory.ts';
import type { GroupEvents } from './run-group-stage.ts';

export interface RideGroupDependencies {
  readonly rideCallback: (message: RideMessage) => Promise<Ride>;
  readonly groupEvents: GroupEvents;
  readonly now: () => number;
}

/**
 * Makes the first attempts of a group's callbacks by the rule for those that ride alone: to each origin as many at once as
 * it has connections, the others after them. What hasn't begun after a second is left to deliveries of its own.
 */
export function createRideGroup({ rideCallback, groupEvents, now }: RideGroupDependencies): Activities['rideGroup'] {
  return async ({ workflow, members }) => {
    const untilMs = now() + RIDE_MS;
    const events = await groupEvents.read(workflow.id);
    const rides: Ride[] = members.map(() => ({ kind: 'declined' }));
    const lines = new Map<string, { readonly place: number; readonly message: RideMessage }[]>();
    for (const [place, { index, run: state }] of members.entries()) {
      const event = events[index];
      if (event === undefined || event.callback === null) throw new Error(`there is no callback of event ${index} in "${workflow.id}"`);
      const message = { run: { ...state, event }, workflow };
      const origin = originOf(event.callback.url);
      lines.set(origin, [...(lines.get(origin) ?? []), { place, message }]);
    }

    await Promise.all(
      [...lines.values()].map((line) =>
        mapAtMost(line, CONNECTIONS_PER_ORIGIN, async ({ place, message }) => {
          if (now() < untilMs) rides[place] = await rideCallback(message);
        }),
      ),
    );
    return { rides };
  };
}
