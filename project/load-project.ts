import { join } from 'node:path';
import { loadEnvFile } from '../dev/load-env.mjs';
import type { Config } from './define-config.ts';
import { applySettings } from './apply-settings.ts';
import { compileConfig, hostProgramOf } from './compile-config.ts';
import { findConfig } from './find-config.ts';
import { importConfig } from './import-config.ts';

export interface Project {
  readonly folder: string;
  readonly config: Config;
  /** What Node runs for a process in which the project's handlers run. */
  readonly hostProgram: readonly string[];
}

/**
 * Reads a project: its `.env`, its config, and what that imports, compiled once for all processes of it. Sets the variables that
 * neither the environment nor `.env` sets, by the config's settings.
 * @throws Error for the person who starts it
 */
export async function loadProject(folder: string, givenConfig?: string): Promise<Project> {
  const fault = loadEnvFile(join(folder, '.env'));
  if (fault !== null) throw new Error(fault);
  const file = findConfig(folder, givenConfig);
  const program = await compileConfig(file);
  const config = await importConfig(folder, file, program);
  applySettings(config, process.env);
  return { folder, config, hostProgram: hostProgramOf(program) };
}
