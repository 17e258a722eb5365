import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEngineLog, readEngineLog } from '../../../engine/engine-log.ts';
import { isAlive } from '../../../engine/process-identity.ts';
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
});

function createPlace(script: string) {
  const dataDirectory = temporaryDirectory();
  const executable = writeExecutable(join(dataDirectory, 'temporal'), script);
  return { dataDirectory, executable, log: openEngineLog(dataDirectory, { isFirstStart: true }) };
}
