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
const child = spawn(
  process.execPath,
  [
    vitest,
    'run',
    '--project',
    'integration',
    '--maxWorkers=1',
    ...(files.length > 0 ? files : ['test/e2e']),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ],
  { cwd: root, env: { ...process.env, PROOF: 'full' }, stdio: 'inherit' },
);
const exitCode = await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));

interface Report {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly Assertion[] }[];
}
interface Assertion {
  readonly title: string;
  readonly status: string;
  readonly duration?: number;
}

const today = new Date().toISOString().slice(0, 10);
const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
const rows = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(
    ({ title, status, duration = 0 }) =>
      `| ${name.slice(root.length)} | ${title} | ${status} | ${Math.round(duration / 1_000)} s | ${today} |`,
  ),
);
const page = join(root, 'docs/proofs.md');
const ran = new Set(testResults.map(({ name }) => name.slice(root.length)));
const kept = (await readFile(page, 'utf8').catch(() => ''))
  .split('\n')
  .filter((line) => line.startsWith('| test/') && files.length > 0 && !ran.has(line.split(' ')[1] ?? ''));
await writeFile(
  page,
  `# Proofs

The end-to-end tests at full size, each on real processes and a real Temporal server (CLI 1.5.1, SQLite), Node ${process.version}, ${cpus().length} cores for
everything. Repeat them with \`npm run proof\`; \`npm test\` runs the same ones at a reduced size.

| file | what holds | result | took | on |
|---|---|---|---|---|
${[...kept, ...rows].toSorted().join('\n')}
`,
);
await rm(folder, { recursive: true, force: true });
process.exitCode = exitCode;
