import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createLogger } from '../../../config/logger.ts';

const run = promisify(execFile);
const module = fileURLToPath(new URL('../../../config/logger.ts', import.meta.url));

/** What a process that logs so writes, by stream. */
async function written(statements: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const script = `import { createLogger } from '${module}';\n${statements}`;
  return await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
}

it('writes JSON lines with the time to standard error, and nothing to standard output', async () => {
  const { stdout, stderr } = await written(`createLogger('info').info({ eventId: 'e-1' }, 'accepted');`);
  expect(stdout).toBe('');
  const line: unknown = JSON.parse(stderr);
  expect(line).toEqual({ level: 30, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), eventId: 'e-1', msg: 'accepted' });
});

it('has written everything when the process ends', async () => {
  const { stderr } = await written(`const logger = createLogger('info'); for (let n = 0; n < 500; n += 1) logger.info({ n }, 'line');`);
  expect(stderr.trim().split('\n')).toHaveLength(500);
});

it.each([
  ['warn', false, true],
  ['debug', true, true],
  ['silent', false, false],
])('at level %s writes debugging: %s, errors: %s', (level, debug, error) => {
  const logger = createLogger(level);
  expect([logger.isLevelEnabled('debug'), logger.isLevelEnabled('error')]).toEqual([debug, error]);
});
