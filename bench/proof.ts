import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// `npm run proof`: the end-to-end tests at the full sizes that were asked for; writes docs/proofs.md. `npm run proof -- <file>`
// runs that one again, and keeps what is written of the others.
const root = fileURLToPath(new URL('..', import.meta.url));
const files = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'tickless-proof-'));
const report = join(folder, 'report.json');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const clusterReport = join(folder, 'cluster.json');
const onCluster = files.filter((file) => file.startsWith('test/cluster'));
const embedded = files.filter((file) => !file.startsWith('test/cluster'));

/** Runs a program of tests, unless files are named of which it has none; gives its exit code. */
async function prove(words: readonly string[], chosen: readonly string[], all: readonly string[], output: string): Promise<number> {
  if (files.length > 0 && chosen.length === 0) return 0;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
  const child = spawn(process.execPath, [...words, ...(files.length > 0 ? chosen : all), ...reporters], {
    cwd: root,
    env: { ...process.env, PROOF: 'full' },
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

const exitCodes = [
  await prove([vitest, 'run', '--project', 'integration', '--maxWorkers=1'], embedded, ['test/e2e'], report),
  // What has processes of several kinds, and all that asks the engine for something.
  await prove(
    [join(root, 'dev/test-cluster.mjs')],
    onCluster,
    ['test/cluster', 'test/e2e/cap', 'test/e2e/subject-cluster', 'test/integration'],
    clusterReport,
  ),
];

interface Report {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly Assertion[] }[];
}
interface Assertion {
  readonly title: string;
  readonly status: string;
  readonly duration?: number;
}

const today = new Date().toISOString().slice(0, 10);
const read = async (file: string): Promise<Report['testResults']> =>
  (JSON.parse(await readFile(file, 'utf8').catch(() => '{"testResults":[]}')) as Report).testResults;
const results = [
  ...(await read(report)).map((result) => ({ ...result, on: '' })),
  // Of the integration tests the command itself tells; here they would be hundreds of rows.
  ...(await read(clusterReport))
    .filter(({ name }) => !name.includes('/test/integration/'))
    .map((result) => ({ ...result, on: ' on PostgreSQL' })),
];
const rows = results.flatMap(({ name, assertionResults, on }) =>
  assertionResults.map(
    ({ title, status, duration = 0 }) =>
      `| ${name.slice(root.length)}${on} | ${title} | ${status} | ${Math.round(duration / 1_000)} s | ${today} |`,
  ),
);
const page = join(root, 'docs/proofs.md');
const ran = new Set(results.map(({ name, on }) => `${name.slice(root.length)}${on}`));
const kept = (await readFile(page, 'utf8').catch(() => ''))
  .split('\n')
  .filter((line) => line.startsWith('| test/') && files.length > 0 && !ran.has(line.split(' | ')[0]?.slice(2) ?? ''));
await writeFile(
  page,
  `# Proofs

The end-to-end tests at full size, each on real processes and a real Temporal server (CLI 1.5.1, SQLite; or on PostgreSQL the
server of the compose file), Node ${process.version}, ${cpus().length} cores for
everything. Repeat them with \`npm run proof\`; \`npm test\` runs the same ones at a reduced size.

| file | what holds | result | took | on |
|---|---|---|---|---|
${[...kept, ...rows].toSorted().join('\n')}
`,
);
await rm(folder, { recursive: true, force: true });
process.exitCode = Math.max(...exitCodes);
