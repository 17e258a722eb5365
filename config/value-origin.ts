/** Where `dev/load-env.mjs` leaves what it has set. */
const FROM_FILE = Symbol.for('tickless.env-file');
/** The same of a config's settings: kept where all copies of this module find it, as a program and what it has compiled have one each. */
const FROM_CONFIG = Symbol.for('tickless.config-settings');

interface EnvFile {
  readonly file: string;
  readonly names: ReadonlySet<string>;
}

interface Origins {
  readonly [FROM_FILE]?: EnvFile;
  [FROM_CONFIG]?: ReadonlySet<string>;
}

/** Tells of variables that a config has set in this process. */
export function noteConfigSettings(names: readonly string[]): void {
  (globalThis as Origins)[FROM_CONFIG] = new Set(names);
}

/** What a config has set before. */
export function configSettings(): readonly string[] {
  return [...((globalThis as Origins)[FROM_CONFIG] ?? [])];
}

/** Where a variable was set, for the person who is to mend it. */
export function originOf(name: string): string {
  const { [FROM_FILE]: loaded, [FROM_CONFIG]: ofConfig } = globalThis as Origins;
  if (ofConfig?.has(name) === true) return "the config's settings";
  return loaded?.names.has(name) === true ? `"${loaded.file}"` : 'the environment';
}
