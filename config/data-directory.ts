import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { originOf } from './value-origin.ts';

/**
 * Makes the folder for all that the service keeps, if need be, for its owner only.
 * @throws Error that names the variable and what helps, where nothing can be kept there
 */
export function makeDataDirectory(path: string): void {
  try {
    makeFolder(resolve(path));
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const origin = process.env['TICKLESS_DATA'] ? `TICKLESS_DATA, set in ${originOf('TICKLESS_DATA')}` : 'the default of TICKLESS_DATA';
    const message = `Nothing can be kept in "${path}" (${why}), which is ${origin}. Set it to a folder that this user can write, or may make.`;
    throw new Error(message, { cause });
  }
}

/** One by one: asked for all at once, Node goes on for ever where a folder is there and says of a new one in it that it isn't (`/proc`). */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (!existsSync(path)) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have been quicker.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
