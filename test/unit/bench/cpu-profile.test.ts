import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPlaceOf, selfTimes } from '../../../bench/cpu-profile.ts';
import type { CpuProfile } from '../../../bench/cpu-profile.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 0, columnNumber: 0 });

// Our file calls a package and JSON.parse; the package calls a socket.
const PROFILE: CpuProfile = {
  startTime: 1_000_000,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 6, 7] },
    { id: 2, callFrame: frame('post', 'file:///app/api/post.ts'), children: [3, 4] },
    { id: 3, callFrame: frame('parse') },
    { id: 4, callFrame: frame('dispatch', 'file:///app/node_modules/@hono/node-server/dist/index.mjs'), children: [5] },
    { id: 5, callFrame: frame('write', 'node:net') },
    { id: 6, callFrame: frame('(idle)') },
    { id: 7, callFrame: frame('(garbage collector)') },
  ],
  samples: [2, 3, 4, 5, 6, 7, 2],
  timeDeltas: [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000],
};

async function placeOf() {
  const folder = await mkdtemp(join(tmpdir(), 'cpu-profile-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const map = { version: 3, sources: ['webpack://tickless/./workflows/a.ts'], names: [], mappings: 'AAAA' };
  const bundle = join(folder, 'bundle.js');
  await writeFile(bundle, `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`);
  return { bundle, placeOf: await createPlaceOf('/app/', bundle) };
}

test('a caller has its own time, and what Node did for it besides', async () => {
  const times = selfTimes(PROFILE, { fromUs: 0, toUs: Infinity }, (await placeOf()).placeOf);

  expect(times.busyMs).toBe(16);
  expect(times.packages).toEqual([
    { name: '@hono/node-server', selfMs: 3, withBuiltinsMs: 7 },
    { name: 'garbage collector', selfMs: 6, withBuiltinsMs: 6 },
    { name: 'tickless', selfMs: 1, withBuiltinsMs: 3 },
    { name: 'node', selfMs: 6, withBuiltinsMs: 0 },
  ]);
  expect(times.files).toEqual([{ name: 'api/post.ts', selfMs: 1, withBuiltinsMs: 3 }]);
});

test('what ran before and after the load is left out', async () => {
  const window = { fromUs: 1_001_000, toUs: 1_003_000 };

  expect(selfTimes(PROFILE, window, (await placeOf()).placeOf).busyMs).toBe(2);
});

test('workflow code is found by the map of its bundle', async () => {
  const { bundle, placeOf: find } = await placeOf();

  expect(find(frame('a', bundle))).toEqual({ kind: 'file', name: 'workflows/a.ts' });
});

test('what was compiled for the start is found by the map beside it', async () => {
  const { bundle, placeOf: find } = await placeOf();
  const program = join(bundle, '../node_modules/.cache/tickless/dev-main-ts/0a1b/dev/main.js');
  await mkdir(join(program, '..'), { recursive: true });
  await writeFile(program, 'post();');
  await writeFile(`${program}.map`, JSON.stringify({ version: 3, sources: ['/app/api/post.ts'], names: [], mappings: 'AAAA' }));

  expect(find(frame('post', `file://${program}`))).toEqual({ kind: 'file', name: 'api/post.ts' });
});
