import { environmentSchema } from '../config/environment.ts';

/**
 * Sets the variables that a config has defaults for, where the environment doesn't.
 * @throws Error that names a setting that there isn't
 */
export function applySettings(
  settings: Readonly<Record<string, string | number | boolean>>,
  environment: Record<string, string | undefined>,
): void {
  for (const [name, value] of Object.entries(settings)) {
    const variable = toVariable(name);
    if (!(variable in environmentSchema.shape) && !variable.startsWith('TEMPORAL_')) {
      throw new Error(`the config's settings have "${name}", which would be ${variable}: there is no such variable`);
    }
    const present = environment[variable];
    if (present === undefined || present === '') environment[variable] = String(value);
  }
}

/** `maxConcurrentTasks` → `MAX_CONCURRENT_TASKS`. */
function toVariable(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
