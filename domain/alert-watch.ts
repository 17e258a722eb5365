import type { AlertBoard, Absence } from './alert-board.ts';
import { createBoard, nextAbsence, noteAbsence, noteLook } from './alert-board.ts';
import { conditionsAt, ROUNDS_KEPT_MS, unknownConditions } from './alert-conditions.ts';
import type { AlertFigures, AlertRound } from './alert-conditions.ts';
import { addCounts, NO_COUNTS } from './alert-counts.ts';
import type { AlertCounts } from './alert-counts.ts';

/** What a process tells at each of its looks. */
export interface ToldLook {
  /** No two processes have the same, nor has one after its restart. */
  readonly process: string;
  /** Of this look, from 1: one that is told twice counts once. */
  readonly number: number;
  /** So often it looks. */
  readonly everyMs: number;
  /** Where alerts are sent. */
  readonly url: string;
  /** Since its look before. */
  readonly counts: AlertCounts;
  /** How the cluster stands: only of the process that was asked for it. */
  readonly figures: AlertFigures | null;
  /** That the engine was away until now. */
  readonly absence: Absence | null;
}

/** What a process is told for its next look. */
export interface LookAnswer {
  /** Whether it is the one that brings figures. */
  readonly isLead: boolean;
  /** What it tells by, should the engine be away by then. */
  readonly absence: { readonly id: string; readonly isTold: boolean };
}

/**
 * Watches over what processes tell. Invariants: a look of a process counts once; of several processes one brings the figures, and each time
 * it does is a round, at which all conditions are looked at.
 */
export interface AlertWatch {
  readonly url: string;
  readonly processes: Readonly<Record<string, { readonly number: number; readonly atMs: number }>>;
  readonly lead: { readonly process: string; readonly untilMs: number } | null;
  /** Counted since the last round. */
  readonly open: AlertCounts;
  /** The newest last. */
  readonly rounds: readonly AlertRound[];
  readonly board: AlertBoard;
}

// Where looks are farther apart than they should be, or nearer, as in tests.
const MOST_ROUNDS = 240;
// A lead that hasn't told for so many looks is gone.
const LEAD_LOOKS = 3;

export function createWatch(startedAtMs: number): AlertWatch {
  return { url: '', processes: {}, lead: null, open: NO_COUNTS, rounds: [], board: createBoard(startedAtMs) };
}

export function tellLook(before: AlertWatch, told: ToldLook, nowMs: number): AlertWatch {
  const { process, number, url, counts, figures, absence } = told;
  const known = before.processes[process];
  // What a repetition brings besides is newer.
  const watch = absence === null ? before : { ...before, board: noteAbsence(before.board, absence, nowMs) };
  if (known !== undefined && known.number >= number) return watch;
  const lead = leadAfter(watch, told, nowMs);
  const heard: AlertWatch = {
    ...watch,
    url,
    lead,
    processes: { ...stillThere(watch.processes, nowMs), [process]: { number, atMs: nowMs } },
    open: addCounts(watch.open, counts),
  };
  return figures === null || lead.process !== process ? heard : endRound(heard, figures, nowMs);
}

export function answerTo({ lead, board }: AlertWatch, process: string): LookAnswer {
  return { isLead: lead?.process === process, absence: nextAbsence(board) };
}

function leadAfter({ lead }: AlertWatch, { process, everyMs }: ToldLook, nowMs: number): NonNullable<AlertWatch['lead']> {
  return lead === null || lead.process === process || lead.untilMs < nowMs ? { process, untilMs: nowMs + LEAD_LOOKS * everyMs } : lead;
}

function stillThere(processes: AlertWatch['processes'], nowMs: number): AlertWatch['processes'] {
  return Object.fromEntries(Object.entries(processes).filter(([, { atMs }]) => nowMs - atMs < ROUNDS_KEPT_MS));
}

function endRound(watch: AlertWatch, figures: AlertFigures, nowMs: number): AlertWatch {
  const round: AlertRound = { atMs: nowMs, counts: watch.open, backlog: figures.standing?.backlog ?? null };
  const rounds = [...watch.rounds.filter(({ atMs }) => nowMs - atMs < ROUNDS_KEPT_MS), round].slice(-MOST_ROUNDS);
  const look = { seen: conditionsAt(rounds, figures, nowMs), unknown: unknownConditions(figures) };
  return { ...watch, open: NO_COUNTS, rounds, board: noteLook(watch.board, look, nowMs) };
}
