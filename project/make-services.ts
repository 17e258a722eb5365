import { readVariables, refuseFaults } from '../config/read-variables.ts';
import type { Services } from '../domain/handler-services.ts';
import { createStops } from '../runtime/stops.ts';
import type { Config } from './define-config.ts';
import { secretsOf } from './secrets-of.ts';

export interface OwnServices {
  readonly services: Services;
  /** Of all that was made, whatever becomes of the others. @throws AggregateError */
  readonly dispose: () => Promise<void>;
}

interface MadeServices {
  readonly dispose?: () => unknown;
}

/**
 * Makes what a config and its plugins lend to handlers, in a process in which handlers run.
 * @throws Error that says whose can't be made, or that two are called the same; what was made is disposed of
 */
export async function makeServices(
  { services, plugins = [] }: Pick<Config, 'services' | 'plugins'>,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<OwnServices> {
  const isSecret = secretsOf(plugins);
  const lent: Record<string, unknown> = {};
  const stops = createStops();

  async function make(owner: string, from: () => unknown): Promise<void> {
    const { dispose, ...made } = ((await from()) ?? {}) as MadeServices & Readonly<Record<string, unknown>>;
    if (dispose !== undefined) stops.push(dispose);
    const twice = Object.keys(made).find((name) => name in lent);
    if (twice !== undefined) throw new Error(`${owner} make "${twice}", which another has made, too`);
    Object.assign(lent, made);
  }

  try {
    await make("the config's services", () => services?.());
    for (const plugin of plugins) {
      const { values, faults } = readVariables(plugin.settings ?? {}, variables, isSecret);
      refuseFaults(faults);
      const owner = `the services of the plugin "${plugin.name}"`;
      await make(owner, () => plugin.services?.(values)).catch((error: unknown) => {
        throw new Error(`${owner} can't be made: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      });
    }
  } catch (error) {
    await stops.stopAll().catch(() => undefined);
    throw error;
  }
  return { services: lent as unknown as Services, dispose: stops.stopAll };
}
