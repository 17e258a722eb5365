import type { Ride } from '../domain/callback-message.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import { CONNECTIONS_PER_ORIGIN, RIDE_EXTRA_MS, RIDE_MS } from '../domain/riding.ts';
import type { WatchLoop } from '../domain/watch-loop.ts';
import { originOf } from './callback/origin-memory.ts';

export interface RideInLinesDependencies {
  readonly now: () => number;
  readonly watchLoop: WatchLoop;
}

/**
 * Makes first attempts of callbacks that go together: to each origin as many at once as it has connections, the others after
 * them. What hasn't begun after a second, or three where this process has no rest, is left to deliveries of its own.
 * @returns what became of each, in order; one that its process couldn't end is `declined`
 */
export async function rideInLines<Item>(
  items: readonly Item[],
  { urlOf, ride }: { readonly urlOf: (item: Item) => string; readonly ride: (item: Item) => Promise<Ride> },
  { now, watchLoop }: RideInLinesDependencies,
): Promise<readonly Ride[]> {
  const untilMs = now() + RIDE_MS;
  const isBusy = watchLoop();
  const mayBegin = (): boolean => now() < untilMs || (now() < untilMs + RIDE_EXTRA_MS && isBusy());
  const rides: Ride[] = items.map(() => ({ kind: 'declined' }));
  const lines = new Map<string, number[]>();
  for (const [index, item] of items.entries()) {
    const origin = originOf(urlOf(item));
    const line = lines.get(origin);
    if (line === undefined) lines.set(origin, [index]);
    else line.push(index);
  }
  await Promise.all(
    [...lines.values()].map((line) =>
      mapAtMost(line, CONNECTIONS_PER_ORIGIN, async (index) => {
        const item = items[index];
        if (item === undefined || !mayBegin()) return;
        await ride(item).then(
          (outcome) => {
            rides[index] = outcome;
          },
          () => undefined,
        );
      }),
    ),
  );
  return rides;
}
