import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import type { HandlerLog } from '../../domain/define-event.ts';
import type { Question } from '../../domain/question.ts';
import type { Advanced, Due, Port } from '../advance-port.ts';
import { ANSWER_WITHIN_MS } from '../answer.ts';
import { Stopped } from '../stopped.ts';
import { UnknownTypeError } from '../unknown-type.ts';
import { createFlight } from './flight.ts';
import type { Flight } from './flight.ts';
import { HostEnded, HostGone } from './host-ended.ts';
import type { HostEnd } from './host-ended.ts';
import { openLineChannel } from './line-channel.ts';
import type { LineChannel } from './line-channel.ts';
import type { FromHost, Reply, ThrownError, ToHost } from './messages.ts';
import { processMemoryMb, waitedForProcessorMs } from './process-figures.ts';
import { HOST_PIPE } from './serve-host.ts';

export interface HostOptions {
  /** What Node is to run, with its arguments. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For the program's composition; JSON. */
  readonly settings: unknown;
  /** Of the process as a whole. */
  readonly memoryMb: number;
  /** What is to stop has so long for it. */
  readonly graceMs: number;
  readonly log: HandlerLog;
}

/** A process in which handlers run, as the service sees it. */
export interface Host {
  readonly pid: number;
  /** Resolves once it can be sent something, and rejects if it ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<HostEnd>;
  /** How many are in flight there. */
  inFlight(): number;
  /** It has ended, or is about to: it takes nothing new. */
  isEnding(): boolean;
  /** Nothing was heard of it for a while, though something is in flight: a handler keeps it busy. */
  isSilent(): boolean;
  /** @throws HostGone, HostEnded, and what `advance` throws there */
  advance(due: Due, port: Port, options: { readonly isAlone: boolean }): Promise<Advanced>;
  /** Asks several things at once; the replies are in the same order. @throws HostGone, HostEnded */
  ask(questions: readonly Question[]): Promise<readonly Reply[]>;
  /**
   * Ends it if it takes too much memory, if it is asked something and computes for too long, or if something in flight there hasn't stopped in time. Asked often.
   * @param lateMs for so long this process has heard nothing of it, being busy itself
   */
  look(lateMs: number): void;
  kill(end: HostEnd): void;
  /** Lets it end by itself, for a moment: what its handlers were lent is given back. */
  close(): Promise<void>;
}

// A host with something in flight says five times a second that it goes on.
const SILENT_AFTER_MS = 500;
const BEATS_MISSED_MS = 250;
// More than what a host gives to what disposes of its services.
const CLOSES_WITHIN_MS = 1_500;

/** Starts a host. */
export function startHost({ program, environment, settings, memoryMb, graceMs, log }: HostOptions): Host {
  const now = (): number => performance.now();
  const child = spawn(process.execPath, [`--max-old-space-size=${memoryMb}`, ...program], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const pid = child.pid ?? 0;
  const flights = new Map<
    number,
    { readonly flight: Flight; readonly resolve: (advanced: Advanced) => void; readonly reject: (error: Error) => void }
  >();
  const asked = new Map<number, { readonly resolve: (replies: readonly Reply[]) => void; readonly reject: (error: Error) => void }>();
  let lastId = 0;
  let heardMs = now();
  // The same, but for the time in which it couldn't say anything.
  let silentSinceMs = heardMs;
  let waited: ReadonlyMap<string, number> | null = null;
  let lastMemoryMb: number | null = null;
  let end: HostEnd | null = null;
  let killedMs: number | null = null;
  let isEnding = false;
  let onReady = (): void => undefined;
  let onEnded = (_end: HostEnd): void => undefined;
  const ended = new Promise<HostEnd>((resolve) => (onEnded = resolve));
  const ready = new Promise<void>((resolve, reject) => {
    onReady = resolve;
    void ended.then((how) => reject(new HostEnded(how, [], new Set(), 0)));
  });
  // Whoever doesn't wait for it hears of the end by itself.
  ready.catch(() => undefined);

  // One that could be started ends with an exit.
  child.on('error', () => {
    if (child.pid === undefined) finish({ kind: 'exited', code: null, signal: null, memoryMb: null });
  });
  child.once('exit', (code, signal) => finish(end ?? { kind: 'exited', code, signal, memoryMb: lastMemoryMb }));
  // The types know neither that the fourth is a pipe both ways, nor that there is none where files have run out.
  const pipe = (child.stdio as ChildProcess['stdio'] | undefined)?.[HOST_PIPE] as Duplex | undefined;
  const channel: LineChannel<ToHost> =
    pipe === undefined
      ? { send: () => undefined, backlog: () => 0, end: () => undefined }
      : openLineChannel<ToHost, FromHost>(pipe, {
          onMessage: hear,
          onClosed: (error) => {
            if (error !== undefined)
              log.error('what a process for handlers has said could not be taken', { host: pid, error: inspect(error) });
            isEnding = true;
            child.kill('SIGKILL');
          },
        });
  channel.send({ kind: 'begin', settings });

  function hear(message: FromHost): void {
    const silentMs = now() - silentSinceMs;
    heardMs = now();
    silentSinceMs = heardMs;
    waited = null;
    if (message.kind === 'ready') return onReady();
    if (silentMs > SILENT_AFTER_MS) for (const { flight } of flights.values()) flight.postpone(silentMs);
    if (message.kind === 'log') return log[message.level](message.message, { ...message.fields, host: pid });
    if (message.kind === 'beat') return;
    if (message.kind === 'answered') {
      asked.get(message.id)?.resolve(message.replies);
      asked.delete(message.id);
      return;
    }
    const one = flights.get(message.id);
    if (one === undefined) return;
    if (message.kind === 'told') return message.told.forEach(one.flight.tell);
    flights.delete(message.id);
    if (message.kind === 'advanced') one.resolve(message.advanced);
    else one.reject(toError(message.error));
  }

  function finish(how: HostEnd): void {
    isEnding = true;
    const atMs = killedMs ?? now();
    const inFlight = [...flights.values()].reduce((sum, { flight }) => sum + flight.latest.length, 0);
    for (const { flight, reject } of flights.values()) reject(new HostEnded(how, flight.latest, flight.overdue(atMs), inFlight));
    flights.clear();
    for (const { reject } of asked.values()) reject(new HostEnded(how, [], new Set(), 0));
    asked.clear();
    onEnded(how);
  }

  function kill(how: HostEnd): void {
    isEnding = true;
    end ??= how;
    killedMs ??= now();
    child.kill('SIGKILL');
  }

  /** Neither the time in which this process was busy counts, nor that in which a thread of the other was ready and got no processor. */
  function excuse(lateMs: number): void {
    let excusedMs = lateMs;
    if (now() - silentSinceMs > BEATS_MISSED_MS) {
      const before = waited;
      waited = waitedForProcessorMs(pid);
      for (const [thread, ms] of waited) excusedMs = Math.max(excusedMs, ms - (before?.get(thread) ?? ms));
    }
    silentSinceMs = Math.min(now(), silentSinceMs + excusedMs);
    for (const { flight } of flights.values()) flight.postpone(excusedMs);
  }

  function isSilent(): boolean {
    return inFlight() > 0 && now() - silentSinceMs > SILENT_AFTER_MS;
  }

  function inFlight(): number {
    return flights.size + asked.size;
  }

  return {
    pid,
    ready,
    ended,
    inFlight,
    isEnding: () => isEnding,
    isSilent,

    advance(due, port, { isAlone }) {
      if (inFlight() === 0) silentSinceMs = now();
      const id = (lastId += 1);
      const flight = createFlight(due, port, graceMs, now, Date.now);
      const stop = (): void => {
        channel.send({ kind: 'stop', id, reason: toReason(port.signal).reason });
        flight.stop();
      };
      return new Promise<Advanced>((resolve, reject) => {
        // A handler that has begun may have done something before it hears that it is to stop.
        if (port.signal.aborted) return reject(toReason(port.signal));
        if (isEnding) return reject(new HostGone());
        port.begun?.();
        flights.set(id, { flight, resolve, reject });
        channel.send({ kind: 'advance', id, due, isAlone });
        port.signal.addEventListener('abort', stop, { once: true });
      }).finally(() => port.signal.removeEventListener('abort', stop));
    },

    ask(questions) {
      if (inFlight() === 0) silentSinceMs = now();
      const id = (lastId += 1);
      return new Promise((resolve, reject) => {
        if (isEnding) return reject(new HostGone());
        asked.set(id, { resolve, reject });
        channel.send({ kind: 'ask', id, questions });
      });
    },

    look(lateMs) {
      if (end !== null) return;
      // Also of one with nothing in flight: a handler may leave much behind, or a timer that goes on taking more.
      lastMemoryMb = processMemoryMb(pid) ?? lastMemoryMb;
      if (lastMemoryMb !== null && lastMemoryMb > memoryMb) return kill({ kind: 'memory', memoryMb: lastMemoryMb, maxMb: memoryMb });
      if (inFlight() === 0) return;
      excuse(lateMs);
      const nowMs = now();
      if (asked.size > 0 && nowMs - silentSinceMs > ANSWER_WITHIN_MS) return kill({ kind: 'blocked', withinMs: ANSWER_WITHIN_MS });
      const dueMs = Math.min(...[...flights.values()].map(({ flight }) => flight.dueMs()));
      if (nowMs < dueMs) return;
      if (isSilent()) kill({ kind: 'silent', graceMs });
      // What it says after that time has been said by a process whose timers have had their turn.
      else if (heardMs > dueMs) kill({ kind: 'deaf', graceMs });
    },

    kill,

    async close() {
      isEnding = true;
      end ??= { kind: 'closed' };
      channel.end();
      const timer = setTimeout(() => kill({ kind: 'closed' }), CLOSES_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function toReason({ reason }: AbortSignal): Stopped {
  return reason instanceof Stopped ? reason : new Stopped('cancelled');
}

function toError(error: ThrownError): Error {
  if (error.kind === 'stopped') return new Stopped(error.reason);
  if (error.kind === 'unknown-type') return new UnknownTypeError(error.type);
  return Object.assign(new Error(error.message), { name: error.name, stack: error.stack });
}
