import { absenceAlert } from '../domain/alert-board.ts';
import type { Absence, AlertNotice } from '../domain/alert-board.ts';
import { SLOW_CALL_MS } from '../domain/alert-conditions.ts';
import type { AlertFigures } from '../domain/alert-conditions.ts';
import { countsSince, NO_COUNTS } from '../domain/alert-counts.ts';
import type { AlertCounts } from '../domain/alert-counts.ts';
import type { LookAnswer, ToldLook } from '../domain/alert-watch.ts';

export interface LookForAlertsOptions extends Pick<ToldLook, 'process' | 'everyMs' | 'url'> {
  /** What this process has counted since it began. */
  readonly readCounts: () => Promise<Omit<AlertCounts, 'calls' | 'slowCalls'>>;
  readonly readFigures: () => Promise<AlertFigures>;
  /** Asks the engine for something. */
  readonly probe: () => Promise<void>;
  readonly tell: (told: ToldLook) => Promise<LookAnswer>;
  /** Sends the message here and now, without the engine: whether it has arrived. */
  readonly send: (notice: AlertNotice) => Promise<boolean>;
  /** Whether it is the engine that can't be reached. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly reasonOf: (error: unknown) => string;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  /** Told of what went wrong at a look. */
  readonly onFailure: (reason: string) => void;
}

// The process that brings the figures tells that the engine is away, others only if that one may be gone as well.
const AWAY_LOOKS = { lead: 2, other: 6 } as const;

/** Begun looks that the engine hasn't answered. */
interface Away extends Absence {
  readonly looks: number;
}

/**
 * Has this process look at what alerts are about, and tell the workflow that judges it.
 * @returns makes one look; never rejects
 */
export function createLookForAlerts(options: LookForAlertsOptions): () => Promise<void> {
  const { process, everyMs, url, now, monotonicMs } = options;
  let calls = { calls: 0, slowCalls: 0 };
  let told: AlertCounts = NO_COUNTS;
  /** Told, and perhaps not heard: it is told again as it was, so that nothing counts twice. */
  let unheard: { readonly number: number; readonly total: AlertCounts } | null = null;
  let number = 0;
  let answer: LookAnswer | null = null;
  let away: Away | null = null;

  async function look(): Promise<void> {
    await timedProbe();
    const figures = answer?.isLead === true ? await options.readFigures() : null;
    unheard ??= { number: (number += 1), total: { ...(await options.readCounts()), ...calls } };
    const absence = away !== null && isLong(away) ? absenceOf(away) : null;
    const { number: ofThis, total } = unheard;
    answer = await options.tell({ process, number: ofThis, everyMs, url, counts: countsSince(told, total), figures, absence });
    told = total;
    unheard = null;
    away = null;
  }

  async function timedProbe(): Promise<void> {
    const startedMs = monotonicMs();
    await options.probe();
    const isSlow = monotonicMs() - startedMs > SLOW_CALL_MS;
    calls = { calls: calls.calls + 1, slowCalls: calls.slowCalls + (isSlow ? 1 : 0) };
  }

  async function noteAway(reason: string): Promise<void> {
    away ??= { id: answer?.absence.id ?? '', isTold: false, sinceMs: now(), reason, looks: 0 };
    away = { ...away, looks: away.looks + 1 };
    // Whoever has never been told by which name can't tell of it in the same words as others; nor need it be told twice.
    if (answer === null || answer.absence.isTold || away.isTold || !isLong(away)) return;
    const atMs = now();
    const isTold = await options.send({ status: 'firing', alert: absenceAlert(absenceOf(away), atMs), atMs }).catch(() => false);
    away = { ...away, isTold };
  }

  function isLong({ looks }: Away): boolean {
    return looks >= (answer?.isLead === true ? AWAY_LOOKS.lead : AWAY_LOOKS.other);
  }

  return async () => {
    try {
      await look();
    } catch (error) {
      options.onFailure(options.reasonOf(error));
      if (options.isUnavailable(error)) await noteAway(options.reasonOf(error));
    }
  };
}

function absenceOf({ id, isTold, sinceMs, reason }: Away): Absence {
  return { id, isTold, sinceMs, reason };
}
