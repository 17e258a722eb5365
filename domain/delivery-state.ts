import type { CallbackMessage } from './callback-message.ts';
import { attemptsMade, initialCallback, isSettled, joinRecords, recordAttempt } from './callback-record.ts';
import type { CallbackOutcome, CallbackRecord } from './callback-record.ts';
import { ASK_AGAIN_MS, beginAfter } from './delivery-input.ts';
import type { AnyDeliveryInput, DeliveryBegin } from './delivery-input.ts';

/**
 * Where a delivery stands. `due`: an attempt is to be made at that time. `suspended`: its destination is parked, and it waits to be
 * woken. `attempting`: somebody makes an attempt. `settled`: nothing is due, yet it can be asked for an attempt until then.
 */
export type DeliveryPhase =
  | { readonly kind: 'due'; readonly atMs: number }
  | { readonly kind: 'suspended'; readonly origin: string; readonly askAgainAtMs: number }
  | { readonly kind: 'attempting' }
  | { readonly kind: 'settled'; readonly untilMs: number };

/** A delivery; everything here is a function of the state before. All times are of the engine's clock, in milliseconds since 1970. */
export interface DeliveryState {
  readonly record: CallbackRecord;
  readonly phase: DeliveryPhase;
  /** So many more times it was asked to send at once. */
  readonly requests: number;
  /** Its destination is tried with it, or well again. */
  readonly wake: Wake | null;
  /** Somebody has asked it for an attempt, and may ask again. */
  readonly wasRequested: boolean;
}

export interface Wake {
  readonly isProbe: boolean;
}

/** How an attempt is made, but for whose it is. */
export type NextAttempt = Pick<CallbackMessage, 'attemptsMade' | 'reason' | 'destination'>;

// Whoever asks for a redelivery reads the record first, and passes it on. For longer than that may take the next one still
// finds this run, so that no two of them go on from the same record.
const LINGER_MS = 10_000;

/** @param startedMs when it was started: its first task may come later, once the wait that it begins with is over */
export function beginDelivery(input: Omit<AnyDeliveryInput, 'message' | 'messageOf'>, startedMs: number): DeliveryState {
  const { target, begin, attempts, requests = 0 } = input;
  const record = { ...initialCallback(target.callback.url), attempts };
  const wasRequested = begin.kind === 'on-request' || requests > 0;
  return goOn({ record, phase: { kind: 'attempting' }, requests, wake: null, wasRequested }, begin, startedMs);
}

/** Somebody wants it to be sent at once, whatever has become of it. */
export function requestAttempt(state: DeliveryState): DeliveryState {
  return { ...state, requests: state.requests + 1, wasRequested: true };
}

/** One that isn't parked doesn't mind. What an attempt under way comes to may be that it is parked by then: it is woken from that. */
export function wakeDelivery(state: DeliveryState, wake: Wake): DeliveryState {
  return state.phase.kind === 'suspended' || state.phase.kind === 'attempting' ? { ...state, wake } : state;
}

/** It has nothing left to do once this time has come; an attempt is due by then unless it is settled. */
export function nextAtMs({ phase, requests, wake }: DeliveryState, nowMs: number): number {
  if (requests > 0 || wake !== null || phase.kind === 'attempting') return nowMs;
  if (phase.kind === 'due') return phase.atMs;
  return phase.kind === 'suspended' ? phase.askAgainAtMs : phase.untilMs;
}

/** Nothing is due, and nobody has asked for more: its record is the result. */
export function isDone({ phase, requests }: DeliveryState): boolean {
  return phase.kind === 'settled' && requests === 0;
}

/** What has asked for an attempt, if anything has; it is not made before its time otherwise. */
export function isPressed({ requests, wake }: DeliveryState): boolean {
  return requests > 0 || wake !== null;
}

/** Begins the attempt that comes next. Of what was woken or asked for by hand nobody looks whether the destination is well. */
export function beginNextAttempt(state: DeliveryState): { readonly state: DeliveryState; readonly attempt: NextAttempt } {
  const { record, requests, wake } = state;
  const attempting = { ...state, phase: { kind: 'attempting' } } as const;
  const made = attemptsMade(record);
  if (requests === 0 && wake === null) return { state: attempting, attempt: { attemptsMade: made } };
  const pressed = { ...attempting, record: { ...record, status: 'pending' } } as const;
  if (requests > 0) {
    return {
      state: { ...pressed, requests: requests - 1 },
      attempt: { attemptsMade: 0, reason: 'redelivery', destination: 'troubled' },
    };
  }
  return {
    state: { ...pressed, wake: null },
    attempt: { attemptsMade: made, destination: 'troubled', ...(wake?.isProbe && { reason: 'probe' }) },
  };
}

/** What an attempt came to; null where nothing is known of it, so that it is made again. */
export function noteOutcome(state: DeliveryState, outcome: CallbackOutcome | null, nowMs: number): DeliveryState {
  if (outcome === null) return goOn({ ...state, wake: null, record: { ...state.record, status: 'pending' } }, { kind: 'now' }, nowMs);
  const next = goOn({ ...state, record: recordAttempt(state.record, outcome) }, beginAfter(outcome), nowMs);
  return next.phase.kind === 'suspended' ? next : { ...next, wake: null };
}

/** Learns what its event's run has on record, which may be more than it began with. */
export function joinRecorded(state: DeliveryState, recorded: CallbackRecord, nowMs: number): DeliveryState {
  const joined = { ...state, record: joinRecords(state.record, recorded) };
  return isSettled(joined.record) ? goOn(joined, null, nowMs) : joined;
}

/** How it goes on as a new run, which carries nothing that it doesn't need. */
export function toContinue(
  { record, phase, requests, wake }: DeliveryState,
  nowMs: number,
): Pick<AnyDeliveryInput, 'begin' | 'attempts' | 'requests'> {
  return { begin: wake === null ? beginOf(phase, nowMs) : { kind: 'now' }, attempts: record.attempts, requests };
}

/** The record as whoever asks sees it. */
export function shownRecord({ record, phase, requests }: DeliveryState, nowMs: number): CallbackRecord {
  if (phase.kind !== 'due' || requests > 0 || phase.atMs <= nowMs) return record;
  return { ...record, nextAttemptAt: new Date(phase.atMs).toISOString() };
}

function goOn(state: DeliveryState, begin: DeliveryBegin | null, nowMs: number): DeliveryState {
  if (begin?.kind === 'now') return { ...state, phase: { kind: 'due', atMs: nowMs } };
  if (begin?.kind === 'after') return { ...state, phase: { kind: 'due', atMs: nowMs + begin.ms } };
  if (begin?.kind === 'awaiting-report') return { ...state, phase: { kind: 'attempting' } };
  if (begin?.kind === 'suspended') {
    const phase = { kind: 'suspended', origin: begin.origin, askAgainAtMs: nowMs + ASK_AGAIN_MS } as const;
    return { ...state, record: { ...state.record, status: 'parked' }, phase };
  }
  return { ...state, phase: { kind: 'settled', untilMs: state.wasRequested ? nowMs + LINGER_MS : nowMs } };
}

function beginOf(phase: DeliveryPhase, nowMs: number): DeliveryBegin {
  if (phase.kind === 'settled') return { kind: 'on-request' };
  if (phase.kind === 'suspended') return { kind: 'suspended', origin: phase.origin };
  return phase.kind === 'due' ? { kind: 'after', ms: Math.max(0, phase.atMs - nowMs) } : { kind: 'now' };
}
