import { DECLINED } from '../domain/callback-message.ts';
import type { Ride } from '../domain/callback-message.ts';

/**
 * Makes first attempts of callbacks that go together, all at once: whom an origin has no connection for stands in line.
 * @returns what became of each, in order; one that its process couldn't end is `declined`
 */
export function rideTogether<Item>(items: readonly Item[], ride: (item: Item) => Promise<Ride>): Promise<readonly Ride[]> {
  return Promise.all(items.map((item) => ride(item).catch(() => DECLINED)));
}
