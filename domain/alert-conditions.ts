import type { AlertCondition, AlertName } from './alert.ts';
import { addCounts, NO_COUNTS } from './alert-counts.ts';
import type { AlertCounts } from './alert-counts.ts';
import type { PermitFigures } from './stats-resource.ts';
import type { Tier } from './tier.ts';

/** How the cluster stands at a look. */
export interface AlertFigures {
  /** The task queues that no worker takes from; null where that can't be read. */
  readonly unserved: readonly string[] | null;
  /** Null where it can't be read, as the limits' where no worker runs their workflows. */
  readonly standing: AlertStanding | null;
}

export interface AlertStanding {
  /** Events that wait for a permit. */
  readonly backlog: number;
  /** Destinations of callbacks that are parked. */
  readonly destinationsOpen: number;
  /** By the key of the limit. */
  readonly permits: Readonly<Record<string, Pick<PermitFigures, 'waiting' | 'longestHeldMs'>>>;
}

/** What all processes have counted between a look and the one before. */
export interface AlertRound {
  readonly atMs: number;
  readonly counts: AlertCounts;
  /** Null where it was unknown. */
  readonly backlog: number | null;
}

const MINUTE_MS = 60_000;

/** For so long rounds are needed. */
export const ROUNDS_KEPT_MS = 60 * MINUTE_MS;

// As in deploy/prometheus/alerts.yml, which says what they stand for.
const BUDGET_BURNS = 14.4 * 0.001;
// Nobody is woken for one event of seventy.
const LEAST_FAILED = 10;
const LATE_SHARE = 0.05;
const URGENT: readonly Tier[] = ['critical', 'high'];
const LEAST_BACKLOG = 100;
const BACKLOG_GROWTH = 1.5;
const HELD_TOO_LONG_MS = 60 * MINUTE_MS;
const FAILED_CALLBACKS_SHARE = 0.2;
const MOST_HOSTS_ENDED = 5;
// Of a handful of calls in five minutes, one of which may be slow for any reason.
const SLOW_CALLS_SHARE = 0.2;

/** Above it an event of an urgent tier has waited for too long. */
export const LATE_AFTER_SECONDS = 10;
/** Above it a call of the engine counts as slow. */
export const SLOW_CALL_MS = 1_000;

/** What can't be told where the standing is unknown. */
const OF_STANDING: readonly AlertName[] = ['TicklessBacklogGrows', 'TicklessBreakerOpen', 'TicklessPermitHeldTooLong'];

/** Of what this look can't say whether it is so. That the engine is away is no look's to see. */
export function unknownConditions({ unserved, standing }: AlertFigures): ReadonlySet<AlertName> {
  const names: readonly AlertName[] = unserved === null ? ['TicklessQueueUnserved'] : [];
  return new Set([...names, ...(standing === null ? OF_STANDING : [])]);
}

/**
 * What is wrong at a look, by the rounds up to now and how the cluster stands.
 * @param rounds the newest last, that of this look among them
 */
export function conditionsAt(rounds: readonly AlertRound[], figures: AlertFigures, nowMs: number): readonly AlertCondition[] {
  const last = (minutes: number): AlertCounts => sumSince(rounds, nowMs - minutes * MINUTE_MS);
  const { standing } = figures;
  return [
    ...engineSlow(last(5)),
    ...eventsWait(last(5)),
    ...errorBudget(last(60), last(5)),
    ...queuesUnserved(figures.unserved ?? []),
    ...callbacksFail(last(15)),
    ...handlersEnd(last(15)),
    ...(standing === null ? [] : ofStanding(standing, backlogBefore(rounds, nowMs - 15 * MINUTE_MS))),
  ];
}

function sumSince(rounds: readonly AlertRound[], fromMs: number): AlertCounts {
  return rounds.filter(({ atMs }) => atMs > fromMs).reduce((sum, { counts }) => addCounts(sum, counts), NO_COUNTS);
}

function backlogBefore(rounds: readonly AlertRound[], atMs: number): number | null {
  return rounds.findLast((round) => round.atMs <= atMs && round.backlog !== null)?.backlog ?? null;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function percent(of: number): string {
  return `${Math.round(of * 1_000) / 10} %`;
}

function engineSlow({ calls, slowCalls }: AlertCounts): readonly AlertCondition[] {
  const slow = share(slowCalls, calls);
  if (slow <= SLOW_CALLS_SHARE) return [];
  const summary = `${percent(slow)} of the calls of the engine took longer than ${SLOW_CALL_MS / 1_000} s`;
  return [{ name: 'TicklessEngineSlow', labels: {}, summary, details: { calls, slowCalls, minutes: 5 }, links: { metrics: '/metrics' } }];
}

function eventsWait({ begun, begunLate }: AlertCounts): readonly AlertCondition[] {
  return URGENT.flatMap((tier): AlertCondition[] => {
    const late = share(begunLate[tier] ?? 0, begun[tier] ?? 0);
    if (late <= LATE_SHARE) return [];
    const summary = `${percent(late)} of ${tier} events wait for more than ${LATE_AFTER_SECONDS} s before they begin`;
    const details = { begun: begun[tier], late: begunLate[tier], minutes: 5 };
    return [{ name: 'TicklessEventsWaitTooLong', labels: { tier }, summary, details, links: { stats: '/v1/stats', limits: '/v1/limits' } }];
  });
}

function errorBudget(hour: AlertCounts, now: AlertCounts): readonly AlertCondition[] {
  const failed = share(hour.failed, hour.verdicts);
  if (hour.failed < LEAST_FAILED || failed <= BUDGET_BURNS || share(now.failed, now.verdicts) <= BUDGET_BURNS) return [];
  const summary = `${percent(failed)} of the events of the last hour have failed`;
  const details = { verdicts: hour.verdicts, failed: hour.failed, minutes: 60 };
  return [{ name: 'TicklessErrorBudgetBurns', labels: {}, summary, details, links: { failed: '/v1/events?status=failed' } }];
}

function queuesUnserved(queues: readonly string[]): readonly AlertCondition[] {
  if (queues.length === 0) return [];
  const summary = `No worker takes from the task queue ${queues.map((queue) => `"${queue}"`).join(', ')}`;
  return [{ name: 'TicklessQueueUnserved', labels: {}, summary, details: { queues }, links: { health: '/readyz?verbose' } }];
}

function callbacksFail({ attempts, failedAttempts }: AlertCounts): readonly AlertCondition[] {
  const failed = share(failedAttempts, attempts);
  if (failed <= FAILED_CALLBACKS_SHARE) return [];
  const summary = `${percent(failed)} of the attempts to deliver a callback fail`;
  const details = { attempts, failed: failedAttempts, minutes: 15 };
  return [{ name: 'TicklessCallbacksFail', labels: {}, summary, details, links: { destinations: '/v1/destinations' } }];
}

function handlersEnd({ hostsEnded }: AlertCounts): readonly AlertCondition[] {
  return Object.entries(hostsEnded).flatMap(([cause, ended]): AlertCondition[] => {
    if (ended <= MOST_HOSTS_ENDED) return [];
    const summary = `${ended} processes for handlers came to an end in a quarter of an hour (${cause})`;
    const details = { ended, minutes: 15 };
    return [
      { name: 'TicklessHandlersEndTheirProcess', labels: { cause }, summary, details, links: { failed: '/v1/events?status=failed' } },
    ];
  });
}

function ofStanding({ backlog, destinationsOpen, permits }: AlertStanding, before: number | null): readonly AlertCondition[] {
  const conditions: AlertCondition[] = [];
  if (before !== null && backlog > LEAST_BACKLOG && backlog > BACKLOG_GROWTH * before) {
    const summary = `${backlog} events wait for a permit, and ${before} did 15 minutes ago`;
    conditions.push({ name: 'TicklessBacklogGrows', labels: {}, summary, details: { backlog, before }, links: { limits: '/v1/limits' } });
  }
  if (destinationsOpen > 0) {
    const summary = `${destinationsOpen} ${destinationsOpen === 1 ? 'destination of callbacks is' : 'destinations of callbacks are'} parked`;
    conditions.push({
      name: 'TicklessBreakerOpen',
      labels: {},
      summary,
      details: { open: destinationsOpen },
      links: { destinations: '/v1/destinations' },
    });
  }
  for (const [key, { waiting, longestHeldMs }] of Object.entries(permits)) {
    if (waiting === 0 || longestHeldMs <= HELD_TOO_LONG_MS) continue;
    const summary = `A permit of "${key}" has been held for more than an hour while others wait`;
    const links = { limit: `/v1/limits/${encodeURIComponent(key)}` };
    conditions.push({ name: 'TicklessPermitHeldTooLong', labels: { key }, summary, details: { waiting, longestHeldMs }, links });
  }
  return conditions;
}
