import { accessSync, constants, mkdirSync } from 'node:fs';
import { originOf } from './value-origin.ts';

/**
 * Makes the folder for all that the service keeps, if need be, for its owner only.
 * @throws Error that names the variable and what helps, where nothing can be kept there
 */
export function makeDataDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const origin = process.env['TICKLESS_DATA'] ? `TICKLESS_DATA, set in ${originOf('TICKLESS_DATA')}` : 'the default of TICKLESS_DATA';
    const message = `Nothing can be kept in "${path}" (${why}), which is ${origin}. Set it to a folder that this user can write, or may make.`;
    throw new Error(message, { cause });
  }
}
