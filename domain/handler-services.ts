export interface FetchLimits {
  /** Of the decoded body; beyond it the fetch ends with `too_large`. */
  readonly maxBytes: number;
  /** From the first lookup to the last byte. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Fetched {
  /** Where it was found in the end, after redirects. */
  readonly url: string;
  /** As the server says; empty where it says nothing. */
  readonly contentType: string;
  /** To be read once; it may throw as `FetchForEvent` does. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Fetches a page or file that an event names, from addresses that callbacks may go to as well.
 * @throws PermanentError `fetch_refused`, `too_large`, `redirect` or `http_<status>`; RetryLaterError where the server asks
 * for patience; Error for what may pass
 */
export type FetchForEvent = (url: string, limits: FetchLimits) => Promise<Fetched>;

/**
 * What an application lends to its own handlers. It adds a field of its name here by declaration merging, and the composition
 * supplies the value.
 */
export interface Services {}

/** What the service lends to handlers, made from its settings. */
export interface HandlerServices {
  readonly fetch: FetchForEvent;
  /** Where handlers may keep files; shared by all workers. */
  readonly dataDirectory: string;
  readonly services: Services;
}
