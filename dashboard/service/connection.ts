import { createStore } from './store.ts';

/** How the stream to the service stands. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** It is tried again by itself. `sinceMs`: milliseconds since 1970. */
  | { readonly state: 'lost'; readonly sinceMs: number; readonly reason: string }
  /** Not before the key changes. */
  | { readonly state: 'refused'; readonly reason: string };

export const connection = createStore<Connection>({ state: 'connecting' });
