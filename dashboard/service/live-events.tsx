import { createContext, use, useEffect, useEffectEvent, useState } from 'react';
import type { ReactNode } from 'react';
import type { EventSummary } from '../../domain/event-summary.ts';
import { keyState } from './key.ts';
import { followLiveStream } from './live-stream.ts';
import { queryClient } from './query-client.ts';
import { useStore } from './store.ts';

/** Null: more have ended at once than the stream tells of. */
type Listener = (ended: EventSummary | null) => void;

const Listeners = createContext<ReadonlySet<Listener> & { add(listener: Listener): unknown; delete(listener: Listener): unknown }>(
  new Set(),
);

/** The tab's one stream of the events that end. Everything below may listen; it begins anew with another key. */
export function LiveEvents({ children }: { readonly children: ReactNode }): ReactNode {
  const { key } = useStore(keyState);
  const [listeners] = useState(() => new Set<Listener>());
  useEffect(() => {
    const ending = new AbortController();
    void followLiveStream({
      signal: ending.signal,
      onEnded: ({ event }) => {
        if (event !== null) void queryClient.invalidateQueries({ queryKey: ['event', event.id] });
        for (const listener of listeners) listener(event);
      },
      onReturn: () => void queryClient.invalidateQueries(),
    });
    return () => ending.abort();
  }, [key, listeners]);
  return <Listeners value={listeners}>{children}</Listeners>;
}

/** Calls `listener` with each event that ends while the component is shown. */
export function useEndedEvents(listener: Listener): void {
  const listeners = use(Listeners);
  const tell = useEffectEvent(listener);
  useEffect(() => {
    const told: Listener = (ended) => tell(ended);
    listeners.add(told);
    return () => {
      listeners.delete(told);
    };
  }, [listeners]);
}
