#!/usr/bin/env node
// The command, in a clone and as installed: only a clone has sources.
import { existsSync, readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
if (isBelow(process.versions.node, engines.node)) {
  process.stderr.write(`error: this is Node ${process.versions.node}, and tickless needs another one: ${engines.node}\n`);
  process.exit(1);
}

if (existsSync(new URL('main.ts', import.meta.url))) {
  const { importSource } = await import('../dev/import-source.mjs');
  await importSource('cli/main.ts');
} else {
  await import('../dist/cli/main.js');
}

/** Whether a version is below the first that a range names. */
function isBelow(version, range) {
  const [major, minor] = version.split('.').map(Number);
  const [, firstMajor, firstMinor] = /(\d+)\.(\d+)/.exec(range).map(Number);
  return major < firstMajor || (major === firstMajor && minor < firstMinor);
}
