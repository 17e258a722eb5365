import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../config/logger.ts';
import { endProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

interface Supervised {
  readonly server: ServerProcess;
  /** Starts it again, on the same address; gives up when the signal comes. */
  readonly restart: (signal: AbortSignal) => Promise<ServerProcess>;
  /** Resolves with true when the server lives and is of no use any more, with false when the signal comes. */
  readonly untilStuck: (signal: AbortSignal) => Promise<boolean>;
  readonly onRestart: (pid: number) => void;
  readonly logger: Logger;
}

export interface Supervision {
  /** Of the present process, or of the last one while there is none. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** After this long without an end, an end counts as the first one again. */
const STEADY_AFTER_MS = 5_000;

/** Starts the server again whenever it ends, and ends it when it is stuck, until stopped. */
export function superviseServer({ server, restart, untilStuck, onRestart, logger }: Supervised): Supervision {
  const stopping = new AbortController();
  let current = server;
  const watching = watch();
  let stopped: Promise<void> | undefined;
  return {
    get pid() {
      return current.identity.pid;
    },
    async stop() {
      stopped ??= stop();
      await stopped;
    },
  };

  async function watch(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const since = performance.now();
      const reason = await endOf(current);
      if (stopping.signal.aborted) return;
      if (performance.now() - since > STEADY_AFTER_MS) failures = 0;
      logger.warn({ pid: current.identity.pid, reason }, 'the engine has ended and is started again');
      failures = await startAgain(failures);
    }
  }

  async function endOf(watched: ServerProcess): Promise<string> {
    const over = new AbortController();
    const stuck = untilStuck(AbortSignal.any([over.signal, stopping.signal])).then(async (isStuck) => {
      if (!isStuck || over.signal.aborted || stopping.signal.aborted) return;
      logger.error({ pid: watched.identity.pid }, 'the engine can no longer read its data (interrupted), and is ended');
      await endProcess(watched, 'at once');
    });
    const [reason] = await Promise.all([watched.ended.finally(() => over.abort()), stuck]);
    return reason;
  }

  /** Tries until it has started, or is to stop. Resolves with the failures so far, the end before this start included. */
  async function startAgain(failures: number): Promise<number> {
    for (let tries = failures; ; tries += 1) {
      await pause(restartPauseMs(tries), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return tries;
      try {
        current = await restart(stopping.signal);
        logger.info({ pid: current.identity.pid }, 'the engine runs again');
        onRestart(current.identity.pid);
        return tries + 1;
      } catch (error) {
        if (!stopping.signal.aborted) logger.error({ err: error }, 'the engine could not be started again');
      }
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await endProcess(current, 'gently');
    await watching;
    // A start that was under way may have ended well after all.
    await endProcess(current, 'gently');
  }
}

/** None at first, since recovery time counts, then 0.25 s, doubled to 5 s. */
export function restartPauseMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(5_000, 250 * 2 ** (failures - 1));
}
