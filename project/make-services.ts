import { readVariables, refuseFaults } from '../config/read-variables.ts';
import type { Services } from '../domain/handler-services.ts';
import type { Config } from './define-config.ts';

export interface OwnServices {
  readonly services: Services;
  readonly dispose: () => Promise<void>;
}

/** Makes what a config and its plugins lend to handlers, in a process in which handlers run. */
export async function makeServices(
  { services, plugins = [] }: Pick<Config, 'services' | 'plugins'>,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<OwnServices> {
  const made: readonly MadeServices[] = await Promise.all([
    services?.() ?? {},
    ...plugins.map((plugin) => {
      const { values, faults } = readVariables(plugin.settings ?? {}, variables, plugin.secrets ?? []);
      refuseFaults(faults);
      return plugin.services?.(values) ?? {};
    }),
  ]);
  const { dispose: _each, ...lent } = Object.assign({}, ...made) as MadeServices;
  return {
    services: lent as Services,
    async dispose() {
      for (const one of made) await one.dispose?.();
    },
  };
}

interface MadeServices {
  readonly dispose?: () => unknown;
}
