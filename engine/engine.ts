/** A Temporal server that the service may use. */
export interface Engine {
  readonly kind: 'embedded' | 'external';
  /** `host:port` of its gRPC front end; an embedded engine keeps it over restarts. */
  readonly address: string;
  readonly uiUrl: string | null;
  /** Null for an external engine: nobody has asked it yet. */
  readonly serverVersion: string | null;
  /** Of the engine's process at this moment: it changes when the engine is started again. Null for an external engine. */
  readonly pid: number | null;
  /** Ends an embedded engine and frees its data directory; leaves an external one alone. May be called more than once. */
  stop(): Promise<void>;
}
