/** Where `dev/load-env.mjs` leaves what it has set. */
const FROM_FILE = Symbol.for('tickless.env-file');

interface EnvFile {
  readonly file: string;
  readonly names: ReadonlySet<string>;
}

/** Where a variable was set, for the person who is to mend it. */
export function originOf(name: string): string {
  const loaded = (globalThis as { readonly [FROM_FILE]?: EnvFile })[FROM_FILE];
  return loaded?.names.has(name) === true ? `"${loaded.file}"` : 'the environment';
}
