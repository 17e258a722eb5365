/** An OpenAI-compatible endpoint of the operator's choice, so none that the guard has to look at. */
export interface ModelEndpoint {
  /** The base of its paths, such as `https://api.openai.com/v1`. */
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | null;
}

/** What the handlers of sessions need of the settings. */
export interface SessionServices {
  /** Of all files that a tenant's events keep in the data directory; null for no end. */
  readonly filesQuotaBytes: number | null;
  readonly languageModel: ModelEndpoint | null;
  readonly transcriber: ModelEndpoint | null;
}

declare module 'tickless' {
  interface Services {
    readonly sessions: SessionServices;
  }
}
