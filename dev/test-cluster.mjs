// What `npm run test:cluster` runs: a cluster like the compose file's on this machine, and the tests against it. Arguments go to
// vitest; with `--if-built` it does nothing where the server would have to be built first.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';
import { followNpm } from './follow-parent.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
followNpm();
await ensureInstalled(root);
const { register } = await import('tsx/esm/api');
register();
const { testCluster } = await import('./cluster/test-cluster.ts');
process.exitCode = await testCluster(root, process.argv.slice(2));
