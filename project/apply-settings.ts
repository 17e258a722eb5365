import { environmentSchema } from '../config/environment.ts';
import { configSettings, noteConfigSettings } from '../config/value-origin.ts';
import type { Config } from './define-config.ts';

/**
 * Sets the variables that a config has defaults for, where the environment doesn't.
 * @throws Error that names a setting that there isn't
 */
export function applySettings(
  { settings = {}, plugins = [] }: Pick<Config, 'settings' | 'plugins'>,
  environment: Record<string, string | undefined>,
): void {
  const known = new Set([...Object.keys(environmentSchema.shape), ...plugins.flatMap((plugin) => Object.keys(plugin.settings ?? {}))]);
  // Those of a config before this one are nobody's any more.
  for (const variable of configSettings()) delete environment[variable];
  const applied: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    const variable = toVariable(name);
    if (!known.has(variable) && !variable.startsWith('TEMPORAL_')) {
      throw new Error(`the config's settings have "${name}", which would be ${variable}: there is no such variable`);
    }
    const present = environment[variable];
    if (present !== undefined && present !== '') continue;
    environment[variable] = String(value);
    applied.push(variable);
  }
  noteConfigSettings(applied);
}

/** `maxConcurrentTasks` → `MAX_CONCURRENT_TASKS`. */
function toVariable(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
