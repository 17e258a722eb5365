import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Where `config/value-origin.ts` finds what came from the file: it is compiled, so that this module can't hand it over. */
const FROM_FILE = Symbol.for('tickless.env-file');

/**
 * Reads the variables of an `.env` file. A byte order mark, as editors and PowerShell write it, is no part of the first name.
 *
 * @param {string} file need not be there
 * @returns {{ ok: true, variables: NodeJS.Dict<string> } | { ok: false, reason: string }} what is wrong with it, for a person
 */
export function readEnvFile(file) {
  const read = readText(file);
  return read.ok ? { ok: true, variables: parseEnv(read.text) } : read;
}

/**
 * Sets the variables of an `.env` file that the environment doesn't set itself.
 *
 * @param {string} file need not be there
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | null} what is wrong with the file, for the person who started the service
 */
export function loadEnvFile(file, environment = process.env) {
  const read = readEnvFile(file);
  if (!read.ok) return read.reason;
  const names = [];
  for (const [name, value] of Object.entries(read.variables)) {
    if (environment[name] !== undefined) continue;
    environment[name] = value;
    names.push(name);
  }
  globalThis[FROM_FILE] = { file, names: new Set(names) };
  return null;
}

function readText(file) {
  try {
    return { ok: true, text: decode(readFileSync(file)) };
  } catch (error) {
    if (error.code === 'ENOENT') return { ok: true, text: '' };
    const what = error.code === 'EISDIR' ? 'is a folder' : `can't be read (${error.code ?? error.message})`;
    return { ok: false, reason: `"${file}" ${what}, but settings are read from a file of this name. Mend it, or move it away.` };
  }
}

function decode(bytes) {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
}
