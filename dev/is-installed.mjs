import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether `node_modules` holds what `package-lock.json` asks for, by npm's own record of what it has installed. npm writes
 * that record at the end, so an installation that was cut off isn't taken for a whole one. Dates say nothing: a copy of the
 * folder, or another branch's lock file, changes them.
 *
 * @param {string} root the project's folder
 * @returns {boolean}
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return (
    Object.entries(wanted).every(([path, entry]) => isAsWanted(entry, installed[path])) &&
    Object.keys(installed).every((path) => path in wanted)
  );
}

/** npm leaves out optional packages that are for other platforms. */
function isAsWanted(wanted, installed) {
  if (installed === undefined) return wanted.optional === true;
  return wanted.version === installed.version && wanted.resolved === installed.resolved && wanted.integrity === installed.integrity;
}

/** By path; the project itself, which has the path "", isn't among what is installed. */
function readPackages(file) {
  try {
    const { '': _project, ...packages } = JSON.parse(readFileSync(file, 'utf8')).packages;
    return packages;
  } catch {
    return undefined;
  }
}
