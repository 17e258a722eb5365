import type { EventResource } from '../domain/event-resource.ts';
import type { EndedFeed, EndedReader } from './ended-feed.ts';

/** Feeds of what ends, one for each tenant that somebody watches. */
export interface EndedFeeds {
  join(tenant: string, lastEventId: string | null): EndedReader;
  /** An event of a subject that this process saw end. */
  publish(resource: EventResource): void;
}

// Who has lost the connection comes back by then, and goes on where it was.
const LINGER_MS = 15_000;

export function createEndedFeeds(create: (tenant: string) => EndedFeed): EndedFeeds {
  const feeds = new Map<string, EndedFeed>();

  function endIfUnused(tenant: string, feed: EndedFeed): void {
    if (feed.readers() > 0 || feeds.get(tenant) !== feed) return;
    feeds.delete(tenant);
    feed.stop();
  }

  return {
    join(tenant, lastEventId) {
      const feed = feeds.get(tenant) ?? create(tenant);
      feeds.set(tenant, feed);
      const { next, leave } = feed.join(lastEventId);
      return {
        next,
        leave() {
          leave();
          setTimeout(() => endIfUnused(tenant, feed), LINGER_MS).unref();
        },
      };
    },
    publish: (resource) => feeds.get(resource.tenant)?.publish(resource),
  };
}
