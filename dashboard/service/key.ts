import { createStore } from './store.ts';

const NAME = 'tickless-key';

export interface KeyState {
  /** For as long as the tab is open. Null where none was given. */
  readonly key: string | null;
  /** Set from the moment that the service refuses a request for want of a key that it knows. */
  readonly refused: 'missing' | 'unknown' | null;
}

const store = createStore<KeyState>({ key: sessionStorage.getItem(NAME), refused: null });

export const keyState = { get: store.get, subscribe: store.subscribe };

/** From the next request on; null forgets it. */
export function setKey(key: string | null): void {
  if (key === null) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, key);
  store.set({ key, refused: null });
}

/** @param sent the key of the request that was refused, which may be another than the one given since */
export function noteRefusal(sent: string | null): void {
  const { key } = store.get();
  if (key === sent) store.set({ key, refused: key === null ? 'missing' : 'unknown' });
}
