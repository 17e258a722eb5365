import type { Plugin } from '../api/plugin.ts';
import { environmentSchema } from '../config/environment.ts';
import { definitionsIn } from '../domain/event-source.ts';

const PLUGIN_FIELDS: Readonly<Record<keyof Plugin, true>> = {
  name: true,
  events: true,
  subjects: true,
  otherTypes: true,
  settings: true,
  secrets: true,
  services: true,
  callbackFormats: true,
  authenticate: true,
  neededScope: true,
  routes: true,
  start: true,
};

/** @throws Error that names the plugin that can't work, and why */
export function checkPlugins(plugins: readonly Plugin[]): void {
  const names = new Set<string>();
  for (const plugin of plugins) {
    const { name, otherTypes, events = [], settings = {}, secrets = [] } = plugin;
    if (typeof name !== 'string' || name === '') throw new Error('a plugin has no name');
    if (names.has(name)) throw new Error(`there are two plugins of the name "${name}"`);
    names.add(name);
    const unknown = Object.keys(plugin).find((field) => !(field in PLUGIN_FIELDS));
    if (unknown !== undefined)
      throw new Error(`the plugin "${name}" has the field "${unknown}"; there are ${Object.keys(PLUGIN_FIELDS).join(', ')}`);
    const odd = secrets.find((secret) => !(secret in settings));
    if (odd !== undefined) throw new Error(`the plugin "${name}" calls "${odd}" a secret, which is none of its settings`);
    // A variable means one thing.
    const taken = Object.keys(settings).find((variable) => variable in environmentSchema.shape);
    if (taken !== undefined) throw new Error(`the plugin "${name}" has a setting ${taken}, which is one of the service's own`);
    if (otherTypes === undefined) continue;
    const own = definitionsIn(events, `the events of the plugin "${name}"`);
    if (!own.some(({ type }) => type === otherTypes))
      throw new Error(`the plugin "${name}" has no event type "${otherTypes}" (otherTypes)`);
  }
}
