/** For how long as many connections to an origin have been open as every one gets, and nobody has answered on any, while this process could have heard it. */
export interface Silence {
  readonly ms: number;
  /** The breaker has been told of it. */
  readonly isTold: boolean;
}

export const NO_SILENCE: Silence = { ms: 0, isTold: false };

/** After so long an origin is taken to hang: a third of what an attempt has, which goes on all the same. */
export const HANGS_AFTER_MS = 10_000;

/** What a process that had no rest meanwhile has missed may be its own fault. */
export function lengthen(silence: Silence, { ms, wasBusy }: { readonly ms: number; readonly wasBusy: boolean }): Silence {
  return wasBusy ? silence : { ...silence, ms: silence.ms + ms };
}

/** Whether the breaker is to hear of it now; once for each silence. */
export function isToBeTold({ ms, isTold }: Silence): boolean {
  return !isTold && ms >= HANGS_AFTER_MS;
}
