import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { bundleWorkflows } from '../../worker/workflow-bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    workflowBundlePath: string;
  }
}

/** Bundles the workflows once for all test files of a project. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tickless-bundle-'));
  const { code } = await bundleWorkflows(new DefaultLogger('ERROR'));
  const codePath = join(folder, 'workflows.js');
  await writeFile(codePath, code);
  provide('workflowBundlePath', codePath);
  return () => rm(folder, { recursive: true, force: true });
}
