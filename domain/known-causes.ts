import type { Cause, DeadKind } from './dead-letter.ts';

/** A cause that a tenant's dead letters have, as it is kept by its digest. */
export interface KnownCause extends Omit<Cause, 'tenant'> {
  /** What the index knows it by; the engine's status where that is all that it knows, as of what was terminated by hand. */
  readonly key: { readonly cause: string } | { readonly status: string };
  /** When the first of them ended, as far back as was looked when it was found. */
  readonly firstAtMs: number;
  /** The id of one of them. */
  readonly example: string;
  /** What had ended by then has been put aside. */
  readonly discardedAtMs?: number;
}

/** Events of subjects that failed, which only those who heard of it can count. */
export interface ToldFailures extends Omit<KnownCause, 'key'> {
  readonly count: number;
  readonly lastAtMs: number;
  /** The last of them, the latest first. */
  readonly ids: readonly string[];
}

/** A tenant's causes. There is one writer, its workflow; everything here is a function of the state before. Invariant: it has a bound. */
export interface Causes {
  readonly known: Readonly<Record<string, KnownCause>>;
  readonly told: Readonly<Record<string, ToldFailures>>;
  /** What ended before was looked at: all of its causes are known. */
  readonly seenUntilMs: number;
}

/** Causes that somebody has found in the index. */
export interface FoundCauses {
  readonly found: Readonly<Record<string, KnownCause>>;
  readonly seenUntilMs: number;
  /** Digests of causes that no dead letter has any more. */
  readonly gone: readonly string[];
}

/** A failure that a process has heard of. */
export interface ToldFailure extends Omit<Cause, 'tenant' | 'kind'> {
  readonly digest: string;
  readonly id: string;
  readonly atMs: number;
}

export const MAX_CAUSES = 1_000;
// Each has the ids of its last failures beside it.
export const MAX_TOLD = 50;
const MAX_IDS = 50;

export const NO_CAUSES: Causes = { known: {}, told: {}, seenUntilMs: 0 };

/** What is known stays as it is, but where there is no room for more; then those that were found last are left out. */
export function noteFound(causes: Causes, { found, seenUntilMs, gone }: FoundCauses): Causes {
  const kept = Object.entries(causes.known).filter(([digest]) => !gone.includes(digest));
  const before = new Set(kept.map(([digest]) => digest));
  const added = Object.entries(found).filter(([digest]) => !before.has(digest));
  return {
    ...causes,
    known: Object.fromEntries([...kept, ...added].slice(0, MAX_CAUSES)),
    seenUntilMs: Math.max(causes.seenUntilMs, seenUntilMs),
  };
}

/** Counts what processes tell, each failure once, as far as its id is still kept. */
export function noteTold(causes: Causes, failures: readonly ToldFailure[]): Causes {
  const told = { ...causes.told };
  for (const { digest, id, atMs, ...cause } of failures) {
    const before = Object.hasOwn(told, digest) ? told[digest] : undefined;
    if (before === undefined && Object.keys(told).length >= MAX_TOLD) delete told[leastRecent(told)];
    if (before?.ids.includes(id)) continue;
    const first = before ?? { ...cause, kind: 'subject' satisfies DeadKind, firstAtMs: atMs, example: id, count: 0, ids: [] };
    told[digest] = { ...first, count: first.count + 1, lastAtMs: atMs, ids: [id, ...first.ids].slice(0, MAX_IDS) };
  }
  return { ...causes, told };
}

/** Puts aside what has ended so far of a cause. Of what was told nothing is left to count. */
export function discardCause(causes: Causes, digest: string, nowMs: number): Causes {
  const { [digest]: _discarded, ...told } = causes.told;
  const cause = Object.hasOwn(causes.known, digest) ? causes.known[digest] : undefined;
  return { ...causes, told, ...(cause && { known: { ...causes.known, [digest]: { ...cause, discardedAtMs: nowMs } } }) };
}

function leastRecent(told: Causes['told']): string {
  return Object.entries(told).reduce((least, one) => (one[1].lastAtMs < least[1].lastAtMs ? one : least))[0];
}
