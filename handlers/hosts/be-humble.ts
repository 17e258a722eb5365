import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';

// Handlers get what is left by the service, which answers for all of them.
const NICENESS = 10;
// Where memory is short, this process goes before the service and its engine.
const OOM_SCORE_ADJUSTMENT = '500';
const LOOK_EVERY_MS = 100;

/**
 * Lets this process stand back behind its parent, and not outlive it. A thread looks whether the parent is there: it goes on
 * looking while handlers loop or wait in a native call, and needs no help of the system's.
 */
export function beHumble(parentPid: number): void {
  lowerPriority();
  try {
    writeFileSync('/proc/self/oom_score_adj', OOM_SCORE_ADJUSTMENT);
  } catch {
    // There is no such file where this isn't Linux.
  }
  const watchman = new Worker(
    `
    const { workerData: { parentPid, everyMs } } = require('node:worker_threads');
    setInterval(() => {
      if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
    }, everyMs);
  `,
    { eval: true, execArgv: [], workerData: { parentPid, everyMs: LOOK_EVERY_MS } },
  );
  watchman.unref();
}

/** Linux has a priority for each thread, and those that collect garbage are there before this code runs. */
function lowerPriority(): void {
  for (const thread of threadsOfThisProcess()) {
    try {
      setPriority(thread, NICENESS);
    } catch {
      // A thread that has ended meanwhile, or a system that refuses: the service works without.
    }
  }
}

function threadsOfThisProcess(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [0];
  }
}
