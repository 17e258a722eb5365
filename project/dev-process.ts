import { once } from 'node:events';
import { startProject } from './start-project.ts';
import type { StartProjectOptions } from './start-project.ts';

// What `tickless dev` runs. It reads everything but the project, which takes longest, and then waits until the one before it has ended.
// Without the one that has started it, it stops.
const stop = (): boolean => process.kill(process.pid, 'SIGHUP');
process.once('disconnect', stop);
const [options] = (await once(process, 'message')) as [StartProjectOptions];
try {
  await startProject(options);
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
process.off('disconnect', stop);
process.disconnect?.();
