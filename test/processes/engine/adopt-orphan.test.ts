import { spawn } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../../config/logger.ts';
import { adoptOrphan } from '../../../engine/adopt-orphan.ts';
import type { EngineRecord } from '../../../engine/engine-record.ts';
import { findFreePort } from '../../../engine/ports.ts';
import { identifyProcess, isAlive } from '../../../engine/process-identity.ts';
import { endProcess, watchProcess } from '../../../engine/server-process.ts';

const logger = createLogger('silent');

describe('adoptOrphan', () => {
  it('finds nothing when the recorded process is gone', async () => {
    const record = await createRecord({ pid: 4_194_305, startTime: '1' });
    expect(await adoptOrphan({ record, settings: record.settings, logger })).toBeUndefined();
  });

  it('leaves a process alone that only has the recorded number', async () => {
    const stranger = runProcess('sleep 60');
    const record = await createRecord({ ...stranger, startTime: 'earlier' });
    expect(await adoptOrphan({ record, settings: [], logger })).toBeUndefined();
    expect(isAlive(stranger)).toBe(true);
  });

  it('ends one with other settings', async () => {
    const process = runProcess('sleep 60');
    const record = await createRecord(process);
    expect(await adoptOrphan({ record, settings: ['other'], logger })).toBeUndefined();
    expect(isAlive(process)).toBe(false);
  });

  it('ends one that does not answer, be it deaf to SIGTERM', async () => {
    const process = runProcess('trap "" TERM; while :; do sleep 1; done');
    const record = await createRecord(process);
    expect(await adoptOrphan({ record, settings: record.settings, logger })).toBeUndefined();
    expect(isAlive(process)).toBe(false);
  });
});

describe('endProcess', () => {
  it('is done at once with a process that is gone', async () => {
    const gone = watchProcess({ pid: 4_194_305, startTime: '1' });
    await endProcess(gone, 'gently');
    expect(await gone.ended).toBe('it is gone');
  });
});

function runProcess(script: string) {
  const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', detached: true });
  const identity = identifyProcess(child.pid ?? 0);
  if (identity === undefined) throw new Error('the process does not run');
  onTestFinished(() => void child.kill('SIGKILL'));
  return identity;
}

async function createRecord(process: EngineRecord['process']): Promise<EngineRecord> {
  const port = await findFreePort();
  return {
    process,
    address: `127.0.0.1:${port}`,
    ports: { server: port, ui: port },
    uiUrl: null,
    versions: { cli: '1.5.1', server: '1.29.1' },
    settings: ['wanted'],
  };
}
