import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';

const resolveDir = fileURLToPath(new URL('../../../', import.meta.url));

it('works as its page says', async () => {
  const page = readFileSync(`${resolveDir}docs/in-process-bus.md`, 'utf8');
  const examples = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  expect(examples).toHaveLength(3);
  const contents = `${examples.join('\n')}
export { results, attempts };
export const shipped = await shop.emitAndWait(orderApproved, { orderId: 'o-5', cents: 0 });`;
  const folder = await mkdtemp(join(tmpdir(), 'tickless-bus-docs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'examples.mjs');
  await build({
    stdin: { contents, resolveDir, loader: 'ts' },
    bundle: true,
    outfile,
    format: 'esm',
    alias: { tickless: './index.ts' },
  });

  const said = await import(pathToFileURL(outfile).href);

  expect(said).toMatchObject({
    results: [{ handler: 'tell-sales', status: 'fulfilled', value: 'mail about o-2' }],
    attempts: [1, 2, 1, 2],
    shipped: [{ handler: 'ship', status: 'fulfilled', value: 'parcel o-5' }],
  });
});
