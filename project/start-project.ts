import { runService } from '../dev/run-service.ts';
import { loadProject } from './load-project.ts';

export interface StartProjectOptions {
  readonly folder: string;
  /** Instead of `tickless.config.ts` there. */
  readonly config?: string | undefined;
}

/** Runs a user's project in this process until it is told to stop. @throws Error for the person who starts it */
export async function startProject({ folder, config }: StartProjectOptions): Promise<void> {
  const { definitions, hostProgram } = await loadProject(folder, config);
  await runService(definitions, hostProgram);
}
