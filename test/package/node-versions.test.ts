import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { installNode } from './support/install-node.ts';
import { run } from './support/run.ts';
import { cli, startTickless } from './support/start-tickless.ts';

const { engines } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly engines: { readonly node: string };
};
const NEWEST = '26.10.0';
const TOO_OLD = '18.20.8';

// The first of each line that the package says it runs on, and the newest.
it.for([...(engines.node.match(/\d+\.\d+\.\d+/g) ?? []), NEWEST])(
  'writes, tests and runs a project on Node %s',
  async (version, { skip }) => {
    const installed = await installNode(version);
    const node = installed.ok ? installed.path : skip(installed.reason);
    expect((await run(node, ['--version'], { cwd: dirname(node) })).trim()).toBe(`v${version}`);
    const { folder } = inject('installation');
    const app = join(folder, `on-${version}`);
    await run(node, [cli(), 'init', app], { cwd: folder });
    const tested = await run(node, ['--import', 'tsx', '--test', '--test-reporter', 'tap', 'test/order-approved.test.ts'], {
      cwd: app,
    });
    expect(tested).toMatch(/# pass 2\n# fail 0/);

    const service = await startTickless({ folder: app, node });
    const { events } = createClient({ url: service.url });
    expect(await events.submit({ type: 'order-approved', data: { orderId: 'o-1', cents: 5 } }, { waitSeconds: 30 })).toMatchObject({
      status: 'completed',
      result: { action: { shipped: true, parcel: 'parcel-o-1' } },
    });
    expect(await service.end()).toBe(0);
  },
);

it('says what is wrong with a Node that is too old', async ({ skip }) => {
  const installed = await installNode(TOO_OLD);
  const node = installed.ok ? installed.path : skip(installed.reason);
  await expect(run(node, [cli(), 'start'], { cwd: dirname(node) })).rejects.toThrow(
    `failed:\nerror: this is Node ${TOO_OLD}, and tickless needs another one: ${engines.node}\n`,
  );
});
