import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnvironment } from './app.ts';
import { createCore } from './core.ts';
import type { CoreDependencies } from './core.ts';
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
    const stops: (() => unknown)[] = [];
    const stop = async (): Promise<void> => {
      for (const one of stops.splice(0).toReversed()) await one();
    };
    try {
      for (const { plugin, core } of installed) stops.push((await naming(plugin.name, () => plugin.start?.(core))) ?? (() => undefined));
    } catch (error) {
      await stop();
      throw error;
    }
    return stop;
  };
}

async function naming<T>(name: string, call: () => T): Promise<Awaited<T>> {
  try {
    return await call();
  } catch (error) {
    throw new Error(`the plugin "${name}" can't be started: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
