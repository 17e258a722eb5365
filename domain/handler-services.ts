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

/** An OpenAI-compatible endpoint of the operator's choice, so none that the guard has to look at. */
export interface ModelEndpoint {
  /** The base of its paths, such as `https://api.openai.com/v1`. */
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | null;
}

/** What the service lends to handlers, made from its settings. */
export interface HandlerServices {
  readonly fetch: FetchForEvent;
  /** Where handlers may keep files; shared by all workers. */
  readonly dataDirectory: string;
  /** Of all files that a tenant's events keep there; null for no end. */
  readonly filesQuotaBytes: number | null;
  readonly languageModel: ModelEndpoint | null;
  readonly transcriber: ModelEndpoint | null;
}
