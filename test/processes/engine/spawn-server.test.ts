import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEngineLog, readEngineLog } from '../../../engine/engine-log.ts';
import { isAlive, signalProcess } from '../../../engine/process-identity.ts';
import type { ProcessIdentity } from '../../../engine/process-identity.ts';
import { spawnServer } from '../../../engine/spawn-server.ts';
import { until } from '../../support/until.ts';
import { temporaryDirectory, writeExecutable } from './fakes.ts';

describe('spawnServer', () => {
  it('runs the executable in the data directory, under the pid that was recorded', async () => {
    const { dataDirectory, executable, log } = createPlace('echo "$$ $(pwd) $*"');
    const recorded: ProcessIdentity[] = [];
    const server = spawnServer({ executable, arguments: ['a b', '$c'], dataDirectory, log, record: (identity) => recorded.push(identity) });
    expect(await server.ended).toBe('exit code 0');
    expect(recorded).toEqual([server.identity]);
    expect(readEngineLog(log)).toBe(`${server.identity.pid} ${dataDirectory} a b $c`);
  });

  it('never runs the executable when it could not be recorded', async () => {
    const { dataDirectory, executable, log } = createPlace('touch ran');
    const recorded: ProcessIdentity[] = [];
    const record = (identity: ProcessIdentity) => {
      recorded.push(identity);
      throw new Error('no space left');
    };
    expect(() => spawnServer({ executable, arguments: [], dataDirectory, log, record })).toThrow('no space left');
    expect(recorded).toHaveLength(1);
    await until('the process is gone', () => Promise.resolve(recorded.every((identity) => !isAlive(identity))));
    expect(existsSync(join(dataDirectory, 'ran'))).toBe(false);
  });

  it('says by which signal the server has ended', async () => {
    const { dataDirectory, executable, log } = createPlace('kill -9 $$');
    const server = spawnServer({ executable, arguments: [], dataDirectory, log, record: () => undefined });
    expect(await server.ended).toBe('signal SIGKILL');
  });

  it('fails when the data directory has gone', () => {
    const { dataDirectory, executable, log } = createPlace('exit 0');
    const gone = join(dataDirectory, 'gone');
    expect(() => spawnServer({ executable, arguments: [], dataDirectory: gone, log, record: () => undefined })).toThrow(
      expect.objectContaining({ code: 'engine_start_failed' }),
    );
  });

  it.each([
    ['an exit takes it along', 'process.exit(1)', false],
    ['a SIGKILL leaves it running for the next service', "process.kill(process.pid, 'SIGKILL')", true],
  ] as const)('has the end of its service decide: %s', async (_title, end, lives) => {
    const { dataDirectory, executable } = createPlace('exec sleep 60');
    const module = (name: string): string => JSON.stringify(new URL(`../../../engine/${name}`, import.meta.url).href);
    const script = `
      import { openEngineLog } from ${module('engine-log.ts')};
      import { spawnServer } from ${module('spawn-server.ts')};
      const dataDirectory = ${JSON.stringify(dataDirectory)};
      const { identity } = spawnServer({
        executable: ${JSON.stringify(executable)},
        arguments: [],
        dataDirectory,
        log: openEngineLog(dataDirectory, { isFirstStart: true }),
        record: () => undefined,
      });
      process.stdout.write(JSON.stringify(identity), () => ${end});`;
    const service = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    service.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(service, 'close');
    const server = JSON.parse(output) as ProcessIdentity;
    onTestFinished(() => void signalProcess(server, 'SIGKILL'));
    if (!lives) await until('the server is gone', () => Promise.resolve(!isAlive(server)));
    expect(isAlive(server)).toBe(lives);
  });
});

function createPlace(script: string) {
  const dataDirectory = temporaryDirectory();
  const executable = writeExecutable(join(dataDirectory, 'temporal'), script);
  return { dataDirectory, executable, log: openEngineLog(dataDirectory, { isFirstStart: true }) };
}
