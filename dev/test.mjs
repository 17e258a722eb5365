// What `npm test` runs: installs what is missing, then every test. Arguments go to vitest.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';
import { followNpm } from './follow-parent.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
followNpm();
await ensureInstalled(root);

// The tests find or build their own engine, whatever this shell is set up for.
const { TEMPORAL_ADDRESS: _address, ...environment } = process.env;
const vitest = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)], {
  cwd: root,
  env: environment,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => vitest.kill(signal));
vitest.on('exit', (code) => process.exit(code ?? 1));
