// What `npm start` runs: installs what is missing, then starts the service in this same process, so that signals reach it.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireNode } from '../cli/require-node.mjs';

requireNode();
const { ensureInstalled } = await import('./ensure-installed.mjs');
const { followNpm } = await import('./follow-parent.mjs');
const { loadEnvFile } = await import('./load-env.mjs');

const root = dirname(dirname(fileURLToPath(import.meta.url)));
followNpm();
await ensureInstalled(root);

// What is set in the environment wins over the file.
const fault = loadEnvFile(join(root, '.env'));
if (fault !== null) {
  process.stderr.write(`tickless: ${fault}\n`);
  process.exit(1);
}

const { ensureDashboard } = await import('../deploy/build-dashboard.mjs');
// Its page says so where it is missing; everything else works without it.
await ensureDashboard().catch((error) => process.stderr.write(`tickless: the dashboard could not be built: ${error.message}\n`));

const { importSource } = await import('./import-source.mjs');
await importSource('dev/main.ts', { packages: ['@temporalio/worker'] });
