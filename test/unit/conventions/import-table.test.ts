import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

// A file for each way to break the table of docs/architecture.md, or the purity of the rules; the last group breaks nothing.
const violations: Readonly<Record<string, string>> = {
  'domain/planted-events.ts': `import { x } from '../events/index.ts';\nexport const y = x;\n`,
  'domain/planted/deep.ts': `import { x } from '../../api/app.ts';\nexport const y = x;\n`,
  'domain/planted-runtime.ts': `import { x } from '../runtime/within.ts';\nexport const y = x;\n`,
  'domain/planted-node.ts': `import { x } from 'node:fs';\nexport const y = x;\n`,
  'events/life/planted-domain.ts': `import { x } from '../../domain/tier.ts';\nexport const y = x;\n`,
  'events/sessions/older/planted-api.ts': `import { x } from '../../../api/problem.ts';\nexport const y = x;\n`,
  'events/life/planted-index.ts': `import { x } from '../../index.ts';\nexport const y = x;\n`,
  'api/planted-events.ts': `import { x } from '../events/life/index.ts';\nexport const y = x;\n`,
  'worker/planted-events.ts': `import { x } from '../events/life/index.ts';\nexport const y = x;\n`,
  'activities/planted-events.ts': `import { x } from '../events/life/index.ts';\nexport const y = x;\n`,
  'domain/planted-project.ts': `import { x } from '../project/compose.ts';\nexport const y = x;\n`,
  'api/planted-project.ts': `import { x } from '../project/compose.ts';\nexport const y = x;\n`,
  'events/planted.ts': `import { x } from '../activities/index.ts';\nexport const y = x;\n`,
  'domain/planted-timer.ts': `export const y = setTimeout(() => undefined, 1);\n`,
  'domain/planted-interval.ts': `export const y = setInterval(() => undefined, 1);\n`,
  'domain/planted-clock.ts': `export const y = Date.now();\n`,
  'domain/planted-stopwatch.ts': `export const y = performance.now();\n`,
  'domain/planted-chance.ts': `export const y = Math.random();\n`,
  'domain/planted-uuid.ts': `export const y = crypto.randomUUID();\n`,
  'domain/planted-process.ts': `export const y = process.env['HOME'];\n`,
  'domain/planted-buffer.ts': `export const y = Buffer.from('');\n`,
  'domain/planted-fetch.ts': `export const y = (): Promise<unknown> => fetch('http://127.0.0.1');\n`,
  'domain/planted-console.ts': `export const y = (): void => console.log('y');\n`,
  'domain/planted-global.ts': `export const y = globalThis;\n`,
  'events/life/rules/planted-chance.ts': `export const y = Math.random();\n`,
  'events/life/rules/planted-package.ts': `import { x } from 'zod';\nexport const y = x;\n`,
  'events/life/rules/planted-domain.ts': `import { x } from '../../../domain/tier.ts';\nexport const y = x;\n`,
  'workflows/planted-events.ts': `import { x } from '../events/index.ts';\nexport const y = x;\n`,
  'domain/planted-temporal.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'temporal/planted.ts': `import { x } from '../api/app.ts';\nexport const y = x;\n`,
  'temporal/planted-activities.ts': `import { x } from '../activities/index.ts';\nexport const y = x;\n`,
  'temporal/durable/planted-engine.ts': `import { x } from '../history.ts';\nexport const y = x;\n`,
  'temporal/durable/planted-runtime.ts': `import { x } from '../../runtime/within.ts';\nexport const y = x;\n`,
  'temporal/durable/planted-client.ts': `import { x } from '@temporalio/client';\nexport const y = x;\n`,
  'temporal/durable/planted-node.ts': `import { x } from 'node:crypto';\nexport const y = x;\n`,
  'temporal/durable/planted-clock.ts': `export const y = Date.now();\n`,
  'temporal/durable/planted-timer.ts': `export const y = setTimeout(() => undefined, 1);\n`,
  'workflows/planted-temporal.ts': `import { x } from '../temporal/history.ts';\nexport const y = x;\n`,
  'handlers/planted-temporal.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'events/planted-temporal.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'client/planted-temporal.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'cli/planted-temporal.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'config/planted-temporal.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'runtime/planted-temporal.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'engine/planted-temporal.ts': `import { x } from '../temporal/history.ts';\nexport const y = x;\n`,
  'workflows/planted-runtime.ts': `import { x } from '../runtime/within.ts';\nexport const y = x;\n`,
  'workflows/planted-zod.ts': `import { x } from 'zod';\nexport const y = x;\n`,
  'bus/planted.ts': `import { x } from '../activities/index.ts';\nexport const y = x;\n`,
  'bus/planted-node.ts': `import { x } from 'node:events';\nexport const y = x;\n`,
  'bus/planted-hosts.ts': `import { x } from '../handlers/hosts/pool.ts';\nexport const y = x;\n`,
  'testing/planted.ts': `import { x } from '../activities/index.ts';\nexport const y = x;\n`,
  'testing/planted-config.ts': `import { x } from '../config/environment.ts';\nexport const y = x;\n`,
  'testing/planted-engine.ts': `import { x } from '@temporalio/testing';\nexport const y = x;\n`,
  'handlers/planted.ts': `import { x } from '../activities/index.ts';\nexport const y = x;\n`,
  'handlers/planted-engine.ts': `import { x } from '@temporalio/common';\nexport const y = x;\n`,
  'domain/planted-handlers.ts': `import { x } from '../handlers/advance.ts';\nexport const y = x;\n`,
  'workflows/planted-handlers.ts': `import { x } from '../handlers/advance.ts';\nexport const y = x;\n`,
  'api/planted-handlers.ts': `import { x } from '../handlers/advance.ts';\nexport const y = x;\n`,
  'activities/callbacks/planted.ts': `import { x } from '../../config/environment.ts';\nexport const y = x;\n`,
  'worker/planted.ts': `import { x } from '../api/app.ts';\nexport const y = x;\n`,
  'api/routes/planted.ts': `import { x } from '../../activities/index.ts';\nexport const y = x;\n`,
  'engine/planted.ts': `import { x } from '../events/index.ts';\nexport const y = x;\n`,
  'config/planted.ts': `import { x } from '../domain/tier.ts';\nexport const y = x;\n`,
  'runtime/planted.ts': `import { x } from '../domain/tier.ts';\nexport const y = x;\n`,
  'client/planted.ts': `import { x } from '../api/app.ts';\nexport const y = x;\n`,
  'client/planted-node.ts': `import { x } from 'node:fs';\nexport const y = x;\n`,
  'client/planted-package.ts': `import { x } from 'zod';\nexport const y = x;\n`,
  'cli/commands/planted.ts': `import { x } from '../../activities/index.ts';\nexport const y = x;\n`,
  'cli/planted.ts': `import { x } from '../events/index.ts';\nexport const y = x;\n`,
  'dashboard/pages/planted.tsx': `import { x } from '../../api/app.ts';\nexport const y = x;\n`,
  'dashboard/service/planted.ts': `import { x } from '../../temporal/history.ts';\nexport const y = x;\n`,
  'api/planted-any.ts': `export const y: any = 1;\n`,
  'api/planted-floating.ts': `export function y(): void {\n  Promise.resolve(1);\n}\n`,
};
const allowed: Readonly<Record<string, string>> = {
  'api/main.ts': `import { x } from '../activities/index.ts';\nexport const y = x;\n`,
  'domain/planted-allowed.ts': `export const y = new Date(0).toISOString();\n`,
  'temporal/planted-allowed.ts': `import { x } from '../runtime/within.ts';\nexport const y = x;\n`,
  'temporal/durable/planted-allowed.ts': `import { x } from '../../domain/tier.ts';\nexport const y = x;\n`,
  'temporal/durable/planted-common.ts': `import { x } from '@temporalio/common';\nexport const y = x;\n`,
  'workflows/planted-allowed.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'engine/planted-allowed.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'api/planted-allowed.ts': `import { x } from '../temporal/history.ts';\nexport const y = x;\n`,
  'activities/planted-temporal.ts': `import { x } from '../temporal/history.ts';\nexport const y = x;\n`,
  'worker/planted-allowed.ts': `import { x } from '../temporal/durable/names.ts';\nexport const y = x;\n`,
  'bus/planted-allowed.ts': `import { x } from '../handlers/advance.ts';\nexport const y = x;\n`,
  'handlers/planted-allowed.ts': `import { x } from '../domain/tier.ts';\nexport const y = x;\n`,
  'activities/planted-allowed.ts': `import { x } from '../runtime/within.ts';\nexport const y = x;\n`,
  'testing/planted-allowed.ts': `import { x } from '../client/verify-webhook.ts';\nexport const y = x;\n`,
  'client/planted-allowed.ts': `import { x } from '../domain/tier.ts';\nexport const y = x;\n`,
  'cli/planted-allowed.ts': `import { x } from '../client/follow.ts';\nexport const y = x;\n`,
  'dashboard/service/planted-allowed.ts': `import { x } from '../../client/follow.ts';\nexport const y = x;\n`,
  'events/life/rules/planted-allowed.ts': `import { x } from './pattern.ts';\nexport const y = x;\n`,
  'events/life/planted-allowed.ts': `import { x } from 'tickless/server';\nexport const y = x;\n`,
};

let folder: string;
let reported: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-lint-'));
  await cp(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  await cp(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, '.gitignore'), 'node_modules\n');
  for (const [file, text] of Object.entries({ ...violations, ...allowed })) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  reported = await lint();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(Object.keys(violations))('reports the planted violation in %s', (file) => {
  expect(reported).toContain(file);
});

it.each(Object.keys(allowed))('lets %s pass', (file) => {
  expect(reported).not.toContain(file);
});

async function lint(): Promise<readonly string[]> {
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  const { stdout } = await run(oxlint, ['--format', 'json'], { cwd: folder }).catch((failed: { stdout: string }) => failed);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { readonly filename: string }[] };
  return diagnostics.map(({ filename }) => filename);
}
