// The dashboard's files, as the API serves them. `node deploy/build-dashboard.mjs` builds them for a clone.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dashboardConfig } from './dashboard-config.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// What is built from: its own sources, those that they share with the client, and the versions of the packages.
const SOURCES = ['dashboard', 'deploy', 'client', 'domain', 'package-lock.json'];

/**
 * Builds them into a folder, which has the whole of them at any time.
 *
 * @param {string} folder made anew
 * @returns {Promise<void>}
 */
export async function buildDashboard(folder) {
  const { build } = await import('vite');
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  const { NODE_ENV } = process.env;
  try {
    // By it React and the bundler tell what is for users from what helps who writes it, which is twice as large.
    process.env.NODE_ENV = 'production';
    await build({ ...dashboardConfig, build: { ...dashboardConfig.build, outDir: draft } });
    // Whoever runs the service may read it.
    chmodSync(draft, 0o755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Builds them into a clone's `dist/`, unless that was done since its sources have changed.
 *
 * @returns {Promise<void>}
 */
export async function ensureDashboard() {
  const folder = join(root, 'dist/dashboard');
  const page = join(folder, 'index.html');
  if (existsSync(page) && statSync(page).mtimeMs >= newestOf(SOURCES.map((name) => join(root, name)))) return;
  await buildDashboard(folder);
}

function newestOf(paths) {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)) : [path],
  );
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureDashboard();
