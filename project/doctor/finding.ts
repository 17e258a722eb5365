/** What the doctor looks at, in the order in which it tells of it. */
export const CHECKS = [
  'settings',
  'disk',
  'secrets',
  'engine',
  'namespace',
  'search attributes',
  'clock',
  'queues',
  'versions',
  'permits',
  'alerts',
  'callback',
] as const;

export type CheckName = (typeof CHECKS)[number];

/** `fault`: something doesn't work, or will be lost. `warning`: it works, and somebody should know. */
export type Level = 'ok' | 'warning' | 'fault';

export interface Finding {
  readonly check: CheckName;
  readonly level: Level;
  readonly message: string;
  /** What helps; null where nothing is wrong. */
  readonly remedy: string | null;
}

export function ok(check: CheckName, message: string): Finding {
  return { check, level: 'ok', message, remedy: null };
}

export function warning(check: CheckName, message: string, remedy: string): Finding {
  return { check, level: 'warning', message, remedy };
}

export function fault(check: CheckName, message: string, remedy: string): Finding {
  return { check, level: 'fault', message, remedy };
}
