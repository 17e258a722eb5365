/** What the service says of whether events can be accepted. */
export interface Readiness {
  readonly status: string;
  readonly engine?: { readonly address: string; readonly namespace: string; readonly version: string; readonly ui: string | null };
  readonly worker?: { readonly lacking: readonly { readonly queue: string; readonly summary: string }[] };
}
