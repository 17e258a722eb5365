import { alertKey, ALERT_RULES, REPEATED_AFTER_MS, RESOLVED_AFTER_LOOKS } from './alert.ts';
import type { AlertCondition, AlertName } from './alert.ts';

/** A condition from when it is first seen until it is over. */
export interface Alert extends AlertCondition {
  /** `pending`: not yet told of. */
  readonly phase: 'pending' | 'firing';
  /** While `pending` so many looks in a row have seen it, while `firing` so many have not. */
  readonly looks: number;
  /** When it was first seen. */
  readonly sinceMs: number;
  /** Names this time that it fires; empty while it is `pending`. */
  readonly id: string;
  /** So many messages have told of it. */
  readonly told: number;
  /** When the last did. */
  readonly toldAtMs: number;
}

/** A message that is to be sent of an alert. */
export interface AlertNotice {
  readonly status: 'firing' | 'resolved';
  /** As it is then. */
  readonly alert: Alert;
  readonly atMs: number;
}

/**
 * What is told of by alerts, from look to look. There is one writer, the workflow of a namespace; everything here is a function of the state
 * before. Invariants: of each alert the first message says that it fires and the last that it is over; between two that say that it fires
 * there is a day.
 */
export interface AlertBoard {
  /** In the name of every alert of this board, so that no other has the same. */
  readonly epoch: string;
  readonly alerts: Readonly<Record<string, Alert>>;
  /** So many have fired. */
  readonly fired: number;
  /** So many times the engine was away. */
  readonly absences: number;
  /** To be sent, the oldest first. */
  readonly outbox: readonly AlertNotice[];
}

/** That the engine is away is told by whoever finds it so, and put on the board once it is back. */
export interface Absence {
  /** That it was told by, if it was. */
  readonly id: string;
  readonly isTold: boolean;
  /** By the clock of whoever has found it so; only shown. */
  readonly sinceMs: number;
  readonly reason: string;
}

export function createBoard(startedAtMs: number): AlertBoard {
  return { epoch: startedAtMs.toString(36), alerts: {}, fired: 0, absences: 0, outbox: [] };
}

export interface Look {
  readonly seen: readonly AlertCondition[];
  /** Of what has one of these names this look can't tell whether it is so. */
  readonly unknown: ReadonlySet<AlertName>;
}

/** Has the board learn of one look at all conditions. */
export function noteLook(board: AlertBoard, { seen, unknown }: Look, nowMs: number): AlertBoard {
  const conditions = new Map(seen.map((condition) => [alertKey(condition), condition]));
  const keys = new Set([...Object.keys(board.alerts), ...conditions.keys()]);
  let next: AlertBoard = { ...board, alerts: {} };
  for (const key of keys) {
    const before = board.alerts[key];
    const condition = conditions.get(key);
    if (condition !== undefined) next = noteSeen(next, key, before, condition, nowMs);
    else if (before !== undefined && unknown.has(before.name)) next = withAlert(next, key, before);
    else if (before?.phase === 'firing') next = noteUnseen(next, key, before, nowMs);
  }
  return next;
}

function noteSeen(board: AlertBoard, key: string, before: Alert | undefined, condition: AlertCondition, nowMs: number): AlertBoard {
  if (before?.phase === 'firing') {
    const alert = { ...before, ...condition, looks: 0 };
    return nowMs - alert.toldAtMs < REPEATED_AFTER_MS ? withAlert(board, key, alert) : tell(board, key, alert, nowMs);
  }
  const { looks = 0, sinceMs = nowMs } = before ?? {};
  const pending: Alert = { ...condition, phase: 'pending', looks: looks + 1, sinceMs, id: '', told: 0, toldAtMs: nowMs };
  if (pending.looks < ALERT_RULES[condition.name].looks) return withAlert(board, key, pending);
  const fired = board.fired + 1;
  return tell({ ...board, fired }, key, { ...pending, phase: 'firing', looks: 0, id: `${board.epoch}-${fired}` }, nowMs);
}

function noteUnseen(board: AlertBoard, key: string, before: Alert, nowMs: number): AlertBoard {
  const alert = { ...before, looks: before.looks + 1 };
  if (alert.looks < RESOLVED_AFTER_LOOKS) return withAlert(board, key, alert);
  const resolved: AlertNotice = { status: 'resolved', alert: { ...alert, told: alert.told + 1, toldAtMs: nowMs }, atMs: nowMs };
  return { ...board, outbox: [...board.outbox, resolved] };
}

function tell(board: AlertBoard, key: string, before: Alert, nowMs: number): AlertBoard {
  const alert = { ...before, told: before.told + 1, toldAtMs: nowMs };
  return { ...withAlert(board, key, alert), outbox: [...board.outbox, { status: 'firing', alert, atMs: nowMs }] };
}

function withAlert(board: AlertBoard, key: string, alert: Alert): AlertBoard {
  return { ...board, alerts: { ...board.alerts, [key]: alert } };
}

/** It was sent, or somebody else sends it. */
export function noteSent(board: AlertBoard): AlertBoard {
  return { ...board, outbox: board.outbox.slice(1) };
}

const ABSENCE = { name: 'TicklessEngineUnreachable', labels: {} } as const;
const ABSENCE_KEY = alertKey(ABSENCE);

/** What the next absence of the engine is told by, and whether the last one isn't over yet, so that nobody needs to be told anew. */
export function nextAbsence({ epoch, absences, alerts }: AlertBoard): { readonly id: string; readonly isTold: boolean } {
  return { id: absenceId(epoch, absences + 1), isTold: alerts[ABSENCE_KEY] !== undefined };
}

function absenceId(epoch: string, absence: number): string {
  return `${epoch}-away-${absence}`;
}

/** The alert that the engine is away, as whoever finds it so tells it. */
export function absenceAlert({ id, sinceMs, reason }: Absence, nowMs: number): Alert {
  return {
    ...ABSENCE,
    summary: 'The engine does not answer: no event is accepted, and none goes on',
    details: { reason },
    links: { health: '/readyz' },
    phase: 'firing',
    looks: 0,
    sinceMs,
    id,
    told: 1,
    toldAtMs: nowMs,
  };
}

/** The engine was away, as a process tells that it is back for. Of several that tell of the same the first counts, and looks will say that it is over. */
export function noteAbsence(board: AlertBoard, absence: Absence, nowMs: number): AlertBoard {
  const firing = board.alerts[ABSENCE_KEY];
  if (firing !== undefined) return withAlert(board, ABSENCE_KEY, { ...firing, looks: 0 });
  if (absence.id !== nextAbsence(board).id) return board;
  const alert = absenceAlert(absence, nowMs);
  const noted = withAlert({ ...board, absences: board.absences + 1 }, ABSENCE_KEY, alert);
  return absence.isTold ? noted : { ...noted, outbox: [...noted.outbox, { status: 'firing', alert, atMs: nowMs }] };
}
