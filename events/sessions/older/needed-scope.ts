import type { Scope } from 'tickless';

const SUBMITS = /^\/api\/jobs$|^(\/api(\/v1)?)?\/process-events?(-async)?$/;

/** Like the routes of `/v1`: what submits work needs `send`. */
export function neededScope(method: string, path: string): Scope | undefined {
  return method.toUpperCase() === 'POST' && SUBMITS.test(path) ? 'send' : undefined;
}
