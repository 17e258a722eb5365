// `npm run test:schemathesis`: requests that Schemathesis (`pip install schemathesis`) makes from /openapi.json, against a service that
// is started for it, on data of its own. Arguments go to `st run`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';
import { followNpm } from './follow-parent.mjs';

const READY_WITHIN_MS = 180_000;
const STOPPED_WITHIN_MS = 20_000;
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const schemathesis = process.env.SCHEMATHESIS ?? 'schemathesis';
if (spawnSync(schemathesis, ['--version'], { stdio: 'ignore' }).status !== 0) {
  console.log('skipped: Schemathesis is not installed (pip install schemathesis), or is not where SCHEMATHESIS says');
  process.exit(0);
}
followNpm();
await ensureInstalled(root);

const data = await mkdtemp(join(tmpdir(), 'tickless-schemathesis-'));
const port = await freePort();
const { TEMPORAL_ADDRESS: _address, API_KEYS: _keys, RATE_LIMIT: _limit, ...environment } = process.env;
const service = spawn(process.execPath, ['dev/start.mjs'], {
  cwd: root,
  env: { ...environment, TICKLESS_DATA: data, PORT: String(port) },
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = new Promise((resolve) => service.on('exit', resolve));
let code = 1;
try {
  await untilReady(`http://127.0.0.1:${port}/readyz`);
  // Streams have no end that could be waited for, and two of the older routes answer when the work is done.
  const given = ['run', `http://127.0.0.1:${port}/openapi.json`, '--exclude-path-regex', '/stream$|/process-events?$', '--checks', CHECKS];
  const settings = [
    '--phases',
    'fuzzing',
    '--max-examples',
    '30',
    '--continue-on-failure',
    '--generation-database',
    'none',
    '--request-timeout',
    '30',
  ];
  const run = spawn(schemathesis, [...given, ...settings, ...process.argv.slice(2)], { cwd: data, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill(signal));
  code = await new Promise((resolve) => {
    run.on('exit', (status) => resolve(status ?? 1));
    run.on('error', () => resolve(1));
  });
} finally {
  service.kill('SIGTERM');
  const timer = setTimeout(() => service.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await ended;
  clearTimeout(timer);
  await rm(data, { recursive: true, force: true });
}
process.exit(code);

async function untilReady(url) {
  const lateAt = performance.now() + READY_WITHIN_MS;
  for (;;) {
    if (service.exitCode !== null) throw new Error('the service has ended before it was ready');
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    if (performance.now() > lateAt) throw new Error(`the service isn't ready after ${READY_WITHIN_MS} ms`);
    await wait(200);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
}
