import { fileURLToPath } from 'node:url';

/** What Node is to run for a host of this service's own event types: of a compiled tree the file itself. */
export function hostProgram(): readonly string[] {
  return import.meta.url.endsWith('.ts')
    ? hostFromSource('worker/host-main.ts')
    : [fileURLToPath(new URL('host-main.js', import.meta.url))];
}

/** The same for a program among the sources, by its path in the project: it is compiled as the service is. */
export function hostFromSource(main: string): readonly string[] {
  return [fileURLToPath(new URL('../dev/run-host.mjs', import.meta.url)), main];
}
