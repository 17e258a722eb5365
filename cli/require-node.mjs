import { readFileSync } from 'node:fs';

/**
 * Ends the process with a sentence where Node is older than the package's `engines` say: what else it has to say would be that some
 * module lacks an export. Imported alone, before anything that needs more of Node.
 */
export function requireNode(version = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const [minimum] = /[\d.]+/.exec(engines.node);
  if (!isOlder(version, minimum)) return;
  process.stderr.write(`error: this is Node ${version}, and tickless needs another one: ${engines.node}\n`);
  process.exit(1);
}

/** By the numbers that the minimum has. */
function isOlder(version, minimum) {
  const present = version.split('.').map(Number);
  for (const [place, wanted] of minimum.split('.').map(Number).entries()) {
    if (present[place] !== wanted) return present[place] < wanted;
  }
  return false;
}
