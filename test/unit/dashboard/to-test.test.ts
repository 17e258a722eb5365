import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { toTest } from '../../../dashboard/pages/event/to-test.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const STRANGE = 'it\'s "so" `${no}` \\ </script>\n\u2028\u202E حدث 👩‍🔧 \uD800';
// As much of it as the test uses: the compiler takes long for all of it.
const TESTING = `interface Bus {
  run<Data>(event: { data: Data }, data: NoInfer<Data>, options?: { subject?: string }): Promise<{ status: string; error: Error | null }>;
}
export declare function createTestBus(options: { events: readonly unknown[] }): Bus;`;
const event = { id: 'o-1', type: 'order-approved', data: { orderId: 'o-1', cents: 500 }, subject: null };

it('is a test that has an event of this type and data handled', () => {
  expect(toTest(event)).toBe(`import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestBus } from 'tickless/testing';
import { events } from '../events/index.ts';
import { orderApproved } from '../events/order-approved.ts';

const bus = createTestBus({ events });

test("completes o-1", async () => {
  const { status, error } = await bus.run(orderApproved, {
    "orderId": "o-1",
    "cents": 500
  });
  assert.equal(status, 'completed', error?.message);
});
`);
});

it('is taken by the compiler, whatever the data', async () => {
  const cache = join(root, '.cache');
  await mkdir(cache, { recursive: true });
  // Below the root, so that the types of Node are found.
  const folder = await mkdtemp(join(cache, 'to-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const given = { ...event, id: STRANGE, data: { orderId: STRANGE, cents: 500 }, subject: STRANGE };
  const compilerOptions = { paths: { 'tickless/testing': [join(folder, 'testing.ts')] } };
  const files = {
    'testing.ts': TESTING,
    'events/index.ts': 'export const events = [];',
    'events/order-approved.ts': 'export const orderApproved = { data: { orderId: String(), cents: Number() } };',
    'test/copied.test.ts': toTest(given),
    'tsconfig.json': JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['.'], exclude: [] }),
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const tsc = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
  expect((await tsc.catch((error: { stdout: string }) => error)).stdout).toBe('');
});

it('gives the very same data', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ noUnicodeString: false }), fc.string({ unit: 'binary' }), async (value, text) => {
      const data: unknown = JSON.parse(JSON.stringify({ value, [text]: text }));
      expect(await runOf({ ...event, id: text, data, subject: text })).toEqual({
        title: `completes ${text}`,
        data,
        options: { subject: text },
      });
    }),
    { numRuns: 30 },
  );
  const json = JSON.stringify({ [STRANGE]: STRANGE, proto: 0 }).replace('proto', '__proto__');
  expect(JSON.stringify((await runOf({ ...event, data: JSON.parse(json) })).data)).toBe(json);
});

it.each([
  ['order', 'order'],
  ['order.was_approved-2', 'orderWasApproved2'],
  ['odd.-', 'odd'],
  ['delete', 'deleteEvent'],
  ['create-test-bus', 'createTestBusEvent'],
])('calls the definition of "%s" as a project may: %s', (type, name) => {
  expect(toTest({ ...event, type })).toContain(`import { ${name} } from '../events/${type}.ts';`);
});

/** What the test hands over when it is run. */
async function runOf(given: Parameters<typeof toTest>[0]): Promise<Readonly<Record<'title' | 'data' | 'options', unknown>>> {
  const body = toTest(given).replaceAll(/^import .*$/gm, '');
  let handed = {};
  const run = (_definition: unknown, data: unknown, options: unknown): Promise<object> => {
    handed = { data, options };
    return Promise.resolve({});
  };
  const test = async (title: unknown, call: () => Promise<void>): Promise<object> => {
    await call();
    return { title, ...handed };
  };
  // oxlint-disable-next-line no-implied-eval -- what is copied is a program
  const program = new Function('createTestBus', 'events', 'orderApproved', 'assert', 'test', body.replace('\ntest(', '\nreturn test('));
  return (await program(() => ({ run }), [], {}, { equal: () => undefined }, test)) as Awaited<ReturnType<typeof runOf>>;
}
