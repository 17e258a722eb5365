import type { Plugin, PluginContext } from './plugin.ts';

/** A plugin with the settings that hold for it. */
export interface InstalledPlugin {
  readonly plugin: Plugin;
  readonly context: PluginContext;
}
