import { followNpm } from '../dev/follow-parent.mjs';
import type { DevTools } from '../api/dev-tools.ts';
import { runService } from '../dev/run-service.ts';
import { runApi } from '../api/run-api.ts';
import { runWorker } from '../worker/run-worker.ts';
import { loadProject } from './load-project.ts';

export interface StartProjectOptions {
  readonly folder: string;
  /** Instead of `tickless.config.ts` there. */
  readonly config?: string | undefined;
  /** Of `tickless dev` alone. */
  readonly devTools?: DevTools;
}

/** Runs one half of a project for a cluster, on an engine that is there (`TEMPORAL_ADDRESS`), until it is told to stop. */
export async function startHalf(half: 'api' | 'worker', { folder, config: file }: Omit<StartProjectOptions, 'devTools'>): Promise<void> {
  followNpm();
  const { config, hostProgram } = await loadProject(folder, file);
  await (half === 'api' ? runApi : runWorker)(config, hostProgram);
}

/** Runs a user's project in this process until it is told to stop. @throws Error for the person who starts it */
export async function startProject({ folder, config: file, devTools }: StartProjectOptions): Promise<void> {
  followNpm();
  const { config, hostProgram } = await loadProject(folder, file);
  await runService(config, hostProgram, devTools);
}
