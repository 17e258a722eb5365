import { readdirSync, readFileSync } from 'node:fs';

/** Megabytes of memory that a process has; null where the system doesn't say it in a file, or the process is gone. */
export function processMemoryMb(pid: number): number | null {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
}

/**
 * Milliseconds for which each thread of a process has waited for a processor since it began, ready to run; nothing where the
 * system doesn't say it. The second figure of schedstat, in nanoseconds (Documentation/scheduler/sched-stats.rst of Linux).
 */
export function waitedForProcessorMs(pid: number): ReadonlyMap<string, number> {
  return new Map(threadsOf(pid).map((thread) => [thread, Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[1] ?? 0) / 1e6]));
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
