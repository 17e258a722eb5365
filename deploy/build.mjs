// What `npm run build` runs: the processes of an image as JavaScript, and their workflow code as one bundle.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A test builds elsewhere, into a folder of its own.
const [, , elsewhere] = process.argv;
const output = resolve(root, elsewhere ?? 'dist');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

// Otherwise a file whose source is gone would stay.
if (elsewhere === undefined) rmSync(output, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', output], { stdio: 'inherit' });

copyFileSync(join(root, 'worker/sandbox-preload.cjs'), join(output, 'worker/sandbox-preload.cjs'));

register();
const [{ bundleWorkflows }, { DefaultLogger }] = await Promise.all([import('../worker/workflow-bundle.ts'), import('@temporalio/worker')]);
const { code } = await bundleWorkflows(new DefaultLogger('WARN'));
writeFileSync(join(output, 'workflow-bundle.js'), code);
