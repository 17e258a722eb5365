import { toMessage } from './to-message.ts';
import type { WatchView } from './to-message.ts';
import { createWatch } from './watch.ts';
import type { Watch } from './watch.ts';

export interface ResourceKey {
  readonly tenant: string;
  readonly id: string;
}

export interface WatchesOptions<Resource> extends WatchView<Resource> {
  readonly read: (key: ResourceKey) => Promise<Resource | null>;
  readonly listen?: (key: ResourceKey, tell: (resource: Resource) => void) => () => void;
}

/** A place among those who watch a resource. */
export interface Seat {
  readonly watch: Watch;
  /** The last to leave ends the watch. */
  leave(): void;
}

export interface Watches {
  /** Null when there is no such thing. @throws EngineUnavailableError */
  join(key: ResourceKey): Promise<Seat | null>;
}

/** Watches of one kind of resource: all who watch the same one in this process share one. */
export function createWatches<Resource extends { readonly status: string }>(options: WatchesOptions<Resource>): Watches {
  const shared = new Map<string, { readonly watch: Watch; seats: number }>();

  function find(key: ResourceKey, name: string) {
    const known = shared.get(name);
    // After its last message a resource may begin anew, which a new watch sees.
    if (known !== undefined && !known.watch.latest()?.last) return known;
    const watch = createWatch({
      read: async () => {
        const resource = await options.read(key);
        return resource && toMessage(resource, options);
      },
      listen: (tell) => options.listen?.(key, (resource) => tell(toMessage(resource, options))) ?? (() => undefined),
    });
    const made = { watch, seats: 0 };
    shared.set(name, made);
    return made;
  }

  return {
    async join(key) {
      const name = JSON.stringify([key.tenant, key.id]);
      const entry = find(key, name);
      entry.seats += 1;
      let isSeated = true;
      const leave = (): void => {
        if (!isSeated) return;
        isSeated = false;
        entry.seats -= 1;
        if (entry.seats > 0) return;
        entry.watch.stop();
        if (shared.get(name) === entry) shared.delete(name);
      };
      try {
        if (await entry.watch.found) return { watch: entry.watch, leave };
      } catch (error) {
        leave();
        throw error;
      }
      leave();
      return null;
    },
  };
}
