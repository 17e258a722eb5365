import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const module = fileURLToPath(new URL('../../../dev/follow-parent.mjs', import.meta.url));
const stay = 'setInterval(() => undefined, 1_000);';
const child = `import { followParent } from ${JSON.stringify(module)}; followParent(); console.log('child'); ${stay}`;
const parent = `
  const { spawn } = await import('node:child_process');
  spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(child)}], { stdio: 'inherit' });
  ${stay}
`;

it('ends a process whose parent was ended by SIGKILL', async () => {
  const started = spawn(process.execPath, ['--input-type=module', '--eval', parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(started.stdout, 'data')) as [Buffer];
  expect(said.toString().trim()).toBe('child');

  started.kill('SIGKILL');
  // Both write to the same pipe, which closes when the last of them has ended.
  await once(started, 'close');
});
