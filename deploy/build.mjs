// What `npm run build` runs: the processes of an image as JavaScript, and their workflow code as one bundle.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from '../dev/ensure-installed.mjs';
import { buildDashboard } from './build-dashboard.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Also in a clone where nothing was started yet.
await ensureInstalled(root);
// A test builds elsewhere, into a folder of its own.
const [, , elsewhere] = process.argv;
const output = resolve(root, elsewhere ?? 'dist');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

// Otherwise a file whose source is gone would stay.
if (elsewhere === undefined) rmSync(output, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', output], { stdio: 'inherit' });

// Plain JavaScript, which the compiler leaves where it is.
for (const file of ['worker/sandbox-preload.cjs', 'dev/compile.mjs', 'dev/load-env.mjs', 'dev/follow-parent.mjs']) {
  mkdirSync(dirname(join(output, file)), { recursive: true });
  copyFileSync(join(root, file), join(output, file));
}

// The page at /docs: what is served, and what its licence wants beside it.
const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
mkdirSync(join(output, 'api/swagger-ui'), { recursive: true });
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'LICENSE', 'NOTICE']) {
  copyFileSync(join(swaggerUi, file), join(output, 'api/swagger-ui', file));
}

await buildDashboard(join(output, 'dashboard'));

const { register } = await import('tsx/esm/api');
register();
const [{ bundleWorkflows }, { DefaultLogger }] = await Promise.all([import('../worker/workflow-bundle.ts'), import('@temporalio/worker')]);
const { code } = await bundleWorkflows(new DefaultLogger('WARN'));
writeFileSync(join(output, 'workflow-bundle.js'), code);
rewriteDeclarations(output);

/** Compilers of others, and bundlers' checks, look for what is there: `.js`, with its `.d.ts` beside it. */
function rewriteDeclarations(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/((?:from|import\()\s*(['"])\.[^'"]*)\.ts\2/g, '$1.js$2'));
  }
}
