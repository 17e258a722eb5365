import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnvironment } from './app.ts';
import { createCore } from './core.ts';
import type { CoreDependencies } from './core.ts';
import { createStops } from '../runtime/stops.ts';
import { within } from '../runtime/within.ts';
import type { InstalledPlugin } from './installed-plugin.ts';

/** Starts the plugins; what it gives stops them, the last one first. */
export type StartPlugins = () => Promise<() => Promise<void>>;

/** Adds the plugins' routes to the service's. @throws Error that names the plugin that can't be */
export async function installPlugins(
  app: OpenAPIHono<AppEnvironment>,
  plugins: readonly InstalledPlugin[],
  dependencies: CoreDependencies,
): Promise<StartPlugins> {
  const installed = plugins.map(({ plugin, context }) => ({ plugin, core: createCore(dependencies, context) }));
  for (const { plugin, core } of installed) await naming(plugin.name, () => plugin.routes?.(app, core));

  return async () => {
    const stops = createStops();
    try {
      for (const { plugin, core } of installed) {
        const stop = await naming(plugin.name, () => plugin.start?.(core));
        if (stop !== undefined) stops.push(() => stopInTime(plugin.name, stop));
      }
    } catch (error) {
      await stops.stopAll().catch(() => undefined);
      throw error;
    }
    return stops.stopAll;
  };
}

// What the service has for its whole stop is 10 s.
const STOP_WITHIN_MS = 2_000;

async function stopInTime(name: string, stop: () => unknown): Promise<void> {
  const isDone = Promise.resolve()
    .then(stop)
    .then(() => true);
  // Whoever is late is not waited for, and not heard.
  isDone.catch(() => undefined);
  if ((await within(isDone, STOP_WITHIN_MS)) === null)
    throw new Error(`the plugin "${name}" takes longer than ${STOP_WITHIN_MS} ms to stop`);
}

async function naming<T>(name: string, call: () => T): Promise<Awaited<T>> {
  try {
    return await call();
  } catch (error) {
    throw new Error(`the plugin "${name}" can't be started: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
