/** What `tickless init` writes, by the path in the project. */
export function projectFiles(name: string, version: string): Readonly<Record<string, string>> {
  return {
    'package.json': `${JSON.stringify(
      {
        name,
        private: true,
        type: 'module',
        scripts: { dev: 'tickless dev', start: 'tickless start', test: 'node --import tsx --test test/*.test.ts' },
        dependencies: { tickless: version, zod: '^4.0.0' },
        devDependencies: { tsx: '^4.0.0', typescript: '^5.9.0 || ^6.0.0 || ^7.0.0', '@types/node': '^20.0.0' },
        // npm asks about each package with an install script, and none of these needs its own.
        allowScripts: { '@swc/core': false, esbuild: false, protobufjs: false },
      },
      null,
      2,
    )}\n`,
    'tickless.config.ts': `import { defineConfig } from 'tickless';
import { events } from './events/index.ts';

export default defineConfig({ events });
`,
    'events/index.ts': `import { orderApproved } from './order-approved.ts';

// A type of your own is a file beside this one, and an entry here.
export const events = [orderApproved] as const;
`,
    'events/order-approved.ts': `import { defineEvent, PermanentError } from 'tickless';
import { z } from 'zod';

/** An order that somebody has approved: it is shipped, unless it is too large for that. */
export const orderApproved = defineEvent({
  type: 'order-approved',
  data: z.object({ orderId: z.string(), cents: z.int().positive() }),
  tier: 'normal',
  meaning: ({ data }) => ({ large: data.cents > 100_000 }),
  decision: (_event, { large }) => {
    if (large) throw new PermanentError('needs_approval', 'an order above 1,000.00 is approved by two');
    return { ship: true };
  },
  // Whatever fails here is tried again; the idempotency key is the same each time.
  action: ({ data }, { ship }, { idempotencyKey, log }) => {
    log.info('shipping', { orderId: data.orderId, idempotencyKey });
    return { shipped: ship, parcel: \`parcel-\${data.orderId}\` };
  },
});
`,
    'test/order-approved.test.ts': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestBus } from 'tickless/testing';
import { events } from '../events/index.ts';
import { orderApproved } from '../events/order-approved.ts';

const bus = createTestBus({ events });

test('ships what was approved', async () => {
  const { status, result } = await bus.run(orderApproved, { orderId: 'o-1', cents: 500 });
  assert.equal(status, 'completed');
  assert.deepEqual(result?.action, { shipped: true, parcel: 'parcel-o-1' });
});

test('ships nothing that is too large', async () => {
  const { error } = await bus.run(orderApproved, { orderId: 'o-2', cents: 100_001 });
  assert.equal(error?.code, 'needs_approval');
});
`,
    'tsconfig.json': `${JSON.stringify(
      {
        compilerOptions: {
          target: 'es2023',
          module: 'nodenext',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          allowImportingTsExtensions: true,
          verbatimModuleSyntax: true,
          types: ['node'],
        },
        include: ['tickless.config.ts', 'events', 'test'],
      },
      null,
      2,
    )}\n`,
    '.env.example': `# Copy it to .env; what the environment sets wins. All variables: node_modules/tickless/.env.example
#PORT=3000
#API_KEYS=my-team:a-key-of-16-or-more
#MAX_CONCURRENT_TASKS=5
`,
    '.gitignore': `node_modules
.tickless/
.env
`,
    'README.md': `# ${name}

    npm install
    npm run dev

starts the service at http://127.0.0.1:3000, and again whenever a file changes. Then, from another terminal:

    npx tickless send order-approved --data '{"orderId":"o-1","cents":500}' --wait 5

or

    curl http://127.0.0.1:3000/v1/events -H 'content-type: application/json' -H 'prefer: wait=5' \\
      -d '{"type":"order-approved","id":"o-1","data":{"orderId":"o-1","cents":500}}'

The event is a workflow of its own: kill the process in the middle, start it again, and it goes on. \`npm test\` runs its handlers in memory.
`,
  };
}
