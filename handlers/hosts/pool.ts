import type { Due } from '../advance-port.ts';
import { Stopped } from '../stopped.ts';
import type { Turns } from './turns.ts';
import { createTurns } from './turns.ts';
import type { HostEnd } from './host-ended.ts';
import { startHost } from './start-host.ts';
import type { Host, HostOptions } from './start-host.ts';

export interface HostPoolOptions extends HostOptions {
  /** Hosts among which stages of workers are shared out: as many as can compute at once. */
  readonly workerHosts: number;
  /** One that isn't ready by then is ended, and another started; a minute if it isn't given. */
  readonly readyWithinMs?: number;
  /** Told of each host that has begun, and of each that has ended, but where that was to be. */
  readonly observe?: (event: 'started' | { readonly ended: HostEnd['kind'] }) => void;
}

/** `inline` stages are those that somebody waits for; they don't stand behind `worker` stages, which take longer; `question`s behind neither. */
const KINDS = ['inline', 'worker', 'question'] as const;
export type HostKind = (typeof KINDS)[number];

export function kindFor({ goOn }: Due): HostKind {
  return goOn === 'one-attempt' ? 'worker' : 'inline';
}

export interface AloneOptions {
  readonly kind: HostKind;
  /** Nobody else ever was in it either. */
  readonly isFresh: boolean;
  readonly signal: AbortSignal;
}

export interface HostPool {
  /** Resolves once handlers can run; rejects if their process can't be started. */
  readonly ready: Promise<void>;
  /** One that answers, for what may share it with others. @throws Stopped once the pool is closed */
  shared(kind: HostKind): Promise<Host>;
  /**
   * Has work done in a host with nobody else in it meanwhile; of each kind a few at a time.
   * @throws the signal's reason if that aborts before its turn
   */
  alone<T>(options: AloneOptions, work: (host: Host) => Promise<T>): Promise<T>;
  /** As many hosts as there are to be for this are there, and none of them answers. */
  isBusy(kind: HostKind): boolean;
  /** The process ids of all hosts. */
  pids(): readonly number[];
  /** Ends all hosts. */
  close(): Promise<void>;
}

// It takes less than a second of a processor, which a busy machine may give late.
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;
// As many trials of a kind at once as two cores bear beside all else. One that takes long holds up none that somebody waits for.
const ALONE_AT_ONCE = 2;
// A host that computes takes nothing new. So many more are started at most for those that do.
const MAX_MORE = 4;
const RENEW_AFTER_MS = 1_000;
const RESTART_AFTER_MS = { first: 100, last: 5_000 } as const;

/**
 * Keeps hosts, and a spare one, so that the replacement of one that has ended costs no time. Several of what is due run in
 * one host at the same time; one that a handler keeps busy gets nothing new until it answers.
 */
export function createHostPool({ workerHosts, readyWithinMs = READY_WITHIN_MS, ...options }: HostPoolOptions): HostPool {
  const { log } = options;
  const wanted: Readonly<Record<HostKind, number>> = { inline: 1, worker: workerHosts, question: 1 };
  const all = new Set<Host>();
  const sharing: Readonly<Record<HostKind, Host[]>> = { inline: [], worker: [], question: [] };
  const idleAlone: Readonly<Record<HostKind, Host[]>> = { inline: [], worker: [], question: [] };
  let spare: Spare | null = null;
  let isClosed = false;
  let failedStarts = 0;
  const turns: Readonly<Record<HostKind, Turns>> = {
    inline: createTurns(ALONE_AT_ONCE),
    worker: createTurns(ALONE_AT_ONCE),
    question: createTurns(ALONE_AT_ONCE),
  };
  // Those who come while one is being taken wait for that one.
  const taking = new Map<HostKind, Promise<Host>>();

  let lookedMs = performance.now();
  const looking = setInterval(() => {
    const lateMs = performance.now() - lookedMs - LOOK_EVERY_MS;
    lookedMs = performance.now();
    for (const host of all) host.look(Math.max(0, lateMs));
    endSurplus();
  }, LOOK_EVERY_MS);

  // The next one is begun once this one has been taken.
  const firstStart = start();
  spare = spareOf(firstStart);
  return {
    ready: firstStart.then(() => undefined),
    shared,
    alone,
    isBusy(kind) {
      const hosts = sharing[kind].filter(isUsable);
      return hosts.length >= wanted[kind] && hosts.every((host) => host.isSilent());
    },
    pids: () => [...all].map(({ pid }) => pid),
    async close() {
      isClosed = true;
      clearInterval(looking);
      await Promise.all([...all].map((host) => host.close()));
    },
  };

  async function start(): Promise<Host> {
    const host = startHost(options);
    all.add(host);
    options.observe?.('started');
    void host.ended.then((end) => {
      forget(host);
      if (isClosed || end.kind === 'closed') return;
      options.observe?.({ ended: end.kind });
      log.warn('a process for handlers has ended', { host: host.pid, ...end });
    });
    const timer = setTimeout(() => host.kill({ kind: 'unready', withinMs: readyWithinMs }), readyWithinMs);
    await host.ready.finally(() => clearTimeout(timer));
    failedStarts = 0;
    return host;
  }

  /** Starts one however often that fails, since what is due waits for it. */
  async function startAtLast(): Promise<Host> {
    for (;;) {
      if (isClosed) throw new Stopped('shutdown');
      try {
        return await start();
      } catch (error) {
        failedStarts += 1;
        if (isClosed) throw new Stopped('shutdown');
        const waitMs = Math.min(RESTART_AFTER_MS.last, RESTART_AFTER_MS.first * 2 ** (failedStarts - 1));
        log.error('a process for handlers did not start', { error: String(error), waitMs });
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  /** A fresh host; the next one is begun. */
  async function takeSpare(): Promise<Host> {
    const taken = spare ?? keepSpare();
    spare = null;
    const host = await taken.starting.catch(() => startAtLast());
    if (!isClosed) spare ??= keepSpare();
    // It may have ended as a spare.
    return host.isEnding() ? takeSpare() : host;
  }

  function keepSpare(): Spare {
    return spareOf(startAtLast());
  }

  async function shared(kind: HostKind): Promise<Host> {
    // One that was killed is in the list until its process is gone.
    const hosts = sharing[kind].filter(isUsable);
    const answering = hosts.filter((host) => !host.isSilent());
    const best = leastBusy(answering);
    const isEnough = best !== undefined && (best.inFlight() === 0 || answering.length >= wanted[kind]);
    const more = isEnough || hosts.length >= wanted[kind] + MAX_MORE ? null : takeShared(kind);
    // Whoever can begin now doesn't wait for another to start.
    return best ?? more ?? leastBusy(hosts) ?? takeShared(kind);
  }

  function takeShared(kind: HostKind): Promise<Host> {
    const before = taking.get(kind);
    if (before !== undefined) return before;
    const now = takeSpare().then((host) => {
      sharing[kind].push(host);
      return host;
    });
    taking.set(kind, now);
    void now.catch(() => undefined).finally(() => taking.delete(kind));
    return now;
  }

  async function alone<T>({ kind, isFresh, signal }: AloneOptions, work: (host: Host) => Promise<T>): Promise<T> {
    await turns[kind].take(signal);
    let host: Host | undefined;
    try {
      host = (isFresh ? undefined : takeIdle(kind)) ?? (await takeSpare());
      return await work(host);
    } finally {
      // Also where the work has failed: its process would be nobody's otherwise, and never end.
      if (host !== undefined && isUsable(host)) idleAlone[kind].push(host);
      turns[kind].giveBack();
    }
  }

  function takeIdle(kind: HostKind): Host | undefined {
    for (let host = idleAlone[kind].pop(); host !== undefined; host = idleAlone[kind].pop()) if (isUsable(host)) return host;
    return undefined;
  }

  function forget(host: Host): void {
    all.delete(host);
    for (const kind of KINDS) {
      for (const hosts of [sharing[kind], idleAlone[kind]]) hosts.splice(0, Infinity, ...hosts.filter((one) => one !== host));
    }
    if (spare?.host === host) renewSpare();
    else if (!isClosed) spare ??= keepSpare();
  }

  /** Not at once: its program may be one that always ends soon. Whoever needs a host meanwhile starts it. */
  function renewSpare(): void {
    spare = null;
    setTimeout(() => {
      if (!isClosed) spare ??= keepSpare();
    }, RENEW_AFTER_MS).unref();
  }

  /** What was started for those that were busy, or for trials, is ended when it has nothing to do. */
  function endSurplus(): void {
    for (const kind of KINDS) {
      const hosts = sharing[kind].filter(isUsable);
      const surplus = hosts.length - wanted[kind];
      const idle = hosts.filter((host) => host.inFlight() === 0);
      for (const host of idle.slice(0, Math.max(0, surplus))) host.kill({ kind: 'closed' });
    }
    for (const kind of KINDS) if (turns[kind].taken() === 0) for (const host of idleAlone[kind].splice(0)) host.kill({ kind: 'closed' });
  }
}

interface Spare {
  readonly starting: Promise<Host>;
  /** Null until it is ready. */
  host: Host | null;
}

function spareOf(starting: Promise<Host>): Spare {
  const spare: Spare = { starting, host: null };
  // Whoever takes it hears of what goes wrong.
  starting.then(
    (host) => (spare.host = host),
    () => undefined,
  );
  return spare;
}

function isUsable(host: Host): boolean {
  return !host.isEnding();
}

function leastBusy(hosts: readonly Host[]): Host | undefined {
  return hosts.toSorted((one, other) => one.inFlight() - other.inFlight())[0];
}
