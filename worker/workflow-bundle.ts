import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Logger, WorkflowBundleOption } from '@temporalio/worker';
import { keepNativeSyntax } from './native-syntax.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// Beside `worker/` of a compiled tree; a source tree has no such file.
const prebuilt = join(root, 'workflow-bundle.js');
const workflowsPath = join(root, 'workflows/index.ts');

/**
 * The workflow code for a worker: the bundle that an image was built with, else the one that was made from these same
 * sources before, else a new one. Making it takes more than a second, which a restart after a crash should not.
 */
export async function loadWorkflowBundle(logger: Logger): Promise<WorkflowBundleOption> {
  if (existsSync(prebuilt)) return { codePath: prebuilt };
  const codePath = join(root, 'node_modules/.cache/tickless', `workflows-${await digestOfSources()}.js`);
  if (existsSync(codePath)) return { codePath };
  const bundle = await bundleWorkflows(logger);
  await keep(codePath, bundle.code);
  return bundle;
}

/**
 * All modules are loaded once a process instead of once a workflow, which was a tenth of the sandbox's time for a light
 * event. They may keep no state: the SDK freezes what they export, a test looks for the rest.
 */
export async function bundleWorkflows(logger: Logger): Promise<{ readonly code: string }> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    preloadModules: [workflowsPath],
    webpackConfigHook: keepNativeSyntax,
    logger,
  });
  return { code };
}

/** All files of ours that may be bundled, from the project's root. */
export async function bundledSources(): Promise<readonly string[]> {
  const folders = ['workflows', 'domain', 'temporal/durable'];
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name))),
  );
  return files.flat().filter((file) => file.endsWith('.ts'));
}

/** Of everything that is bundled, our own files and the packages by their lock, and of how. */
async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = ['package-lock.json', 'worker/workflow-bundle.ts', 'worker/native-syntax.ts', ...(await bundledSources())];
  for (const file of files.toSorted()) hash.update(`${file}\n`).update(await readFile(join(root, file)));
  return hash.digest('hex').slice(0, 32);
}

/** Under a name of its own first, so that no other process ever reads half of it. */
async function keep(codePath: string, code: string): Promise<void> {
  try {
    await mkdir(dirname(codePath), { recursive: true });
    await writeFile(`${codePath}.${process.pid}`, code);
    await rename(`${codePath}.${process.pid}`, codePath);
  } catch {
    // A folder that can't be written costs a second at each start, no more.
  }
}
