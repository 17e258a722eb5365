import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.ts';

/** Stops a process where it is, until SIGCONT; resolves when none of its threads goes on, which the system may bring about late. */
export async function halt(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  if (process.platform !== 'linux') return;
  await until('it has stopped', async () => readdirSync(`/proc/${pid}/task`).every((thread) => stateOf(pid, thread) === 'T'));
}

function stateOf(pid: number, thread: string): string {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
}
