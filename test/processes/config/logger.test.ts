import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../../config/logger.ts';
import { identifyProcess, isAlive, signalProcess } from '../../../engine/process-identity.ts';
import { until } from '../../support/until.ts';
import { temporaryDirectory } from '../engine/fakes.ts';

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

it.runIf(process.platform === 'linux')('lets a process go on, and end, whose terminal was closed', async () => {
  const steps = join(temporaryDirectory(), 'steps');
  const program = join(dirname(steps), 'program.ts');
  writeFileSync(
    program,
    `import { appendFileSync } from 'node:fs';
    import { createLogger } from '${module}';
    const logger = createLogger('info');
    process.on('uncaughtException', (error) => appendFileSync('${steps}', String(error)));
    process.on('SIGHUP', () => {
      logger.info('stopping');
      setTimeout(() => {
        appendFileSync('${steps}', 'stopped');
        logger.info('stopped');
        process.exit();
      }, 100);
    });
    setInterval(() => undefined, 1_000);
    appendFileSync('${steps}', process.pid + ' ');`,
  );
  // Standard error is a terminal of its own, which is gone when "script" is.
  const command = [process.execPath, '--import', 'tsx', program].join(' ');
  const terminal = spawn('script', ['--quiet', '--command', `exec ${command}`, '/dev/null'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const pid = await until('it runs', async () => existsSync(steps) && Number.parseInt(readFileSync(steps, 'utf8'), 10));
  const identity = identifyProcess(pid) ?? { pid, startTime: 'gone' };
  onTestFinished(() => void signalProcess(identity, 'SIGKILL'));
  terminal.kill('SIGKILL');
  await until('it has ended', () => Promise.resolve(!isAlive(identity)));
  expect(readFileSync(steps, 'utf8')).toBe(`${pid} stopped`);
});

it.each([
  ['warn', false, true],
  ['debug', true, true],
  ['silent', false, false],
])('at level %s writes debugging: %s, errors: %s', (level, debug, error) => {
  const logger = createLogger(level);
  expect([logger.isLevelEnabled('debug'), logger.isLevelEnabled('error')]).toEqual([debug, error]);
});
