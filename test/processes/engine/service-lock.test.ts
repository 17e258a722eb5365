import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../../../engine/process-identity.ts';
import { takeServiceLock } from '../../../engine/service-lock.ts';
import { until } from '../../support/until.ts';
import { temporaryDirectory } from './fakes.ts';

const DEAD = { pid: 4_194_305, startTime: '1', token: 'dead' };

describe('takeServiceLock', () => {
  it('refuses a second service and names the first by its pid', () => {
    const directory = temporaryDirectory();
    takeServiceLock(directory);
    expect(() => takeServiceLock(directory)).toThrow(
      expect.objectContaining({ code: 'data_directory_in_use', message: expect.stringContaining(`pid ${process.pid}`) }),
    );
  });

  it('leaves nothing behind when released', () => {
    const directory = temporaryDirectory();
    takeServiceLock(directory).release();
    expect(readdirSync(directory)).toEqual([]);
    takeServiceLock(directory).release();
  });

  it('takes over the lock of a dead process', () => {
    const directory = withLocks({ 'service.lock': DEAD });
    const lock = takeServiceLock(directory);
    expect(readHolder(directory).pid).toBe(process.pid);
    expect(readdirSync(directory)).toEqual(['service.lock']);
    lock.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('takes over the lock of a process whose pid now belongs to another', () => {
    const directory = withLocks({ 'service.lock': { ...DEAD, pid: process.pid } });
    takeServiceLock(directory);
    expect(readHolder(directory).token).not.toBe('dead');
  });

  it('takes over from one that died in the middle of a take-over', () => {
    const directory = withLocks({ 'service.lock': DEAD, 'service.lock.after-dead': { ...DEAD, token: 'second' } });
    takeServiceLock(directory);
    expect(readHolder(directory).pid).toBe(process.pid);
    expect(readdirSync(directory)).toEqual(['service.lock']);
  });

  it('respects one that is in the middle of a take-over', () => {
    const alive = { ...holderOfThisProcess(), token: 'second' };
    const directory = withLocks({ 'service.lock': DEAD, 'service.lock.after-dead': alive });
    expect(() => takeServiceLock(directory)).toThrow(expect.objectContaining({ code: 'data_directory_in_use' }));
  });

  it('is not misled by a claim that a killed process left behind', () => {
    const directory = withLocks({ 'service.lock.after-dead': holderOfThisProcess() });
    takeServiceLock(directory);
    expect(readHolder(directory).pid).toBe(process.pid);
  });

  it('does not free a lock that has become another one', () => {
    const directory = temporaryDirectory();
    const lock = takeServiceLock(directory);
    writeFileSync(join(directory, 'service.lock'), JSON.stringify(DEAD));
    lock.release();
    expect(readHolder(directory)).toEqual(DEAD);
  });

  it('asks for help with a damaged lock file', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'service.lock'), '');
    expect(() => takeServiceLock(directory)).toThrow(/is damaged. Delete it/);
  });

  it('lets exactly one of several processes take over, each time', async () => {
    const rounds = 40;
    const root = temporaryDirectory();
    const processes = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'contend-for-lock.ts'), root, String(rounds)], {
        stdio: 'inherit',
      }),
    );
    onTestFinished(() => processes.forEach((child) => child.kill('SIGKILL')));
    const ended = processes.map((child) => new Promise((resolve) => child.on('exit', resolve)));
    await until('all are ready', () => Promise.resolve(readdirSync(root).filter((name) => name.startsWith('ready-')).length === 4));

    const winners: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const directory = join(root, `round-${round}`);
      mkdirSync(directory);
      writeFileSync(join(directory, 'service.lock'), JSON.stringify(DEAD));
      writeFileSync(join(root, `go-${round}`), '');
      const results = await until(`round ${round} is over`, () => {
        const names = readdirSync(directory).filter((name) => /^(won|lost)-/.test(name));
        return Promise.resolve(names.length === 4 && names);
      });
      winners.push(results.filter((name) => name.startsWith('won-')).length);
    }
    writeFileSync(join(root, 'done'), '');
    expect(winners).toEqual(Array.from({ length: rounds }, () => 1));
    expect(await Promise.all(ended)).toEqual([0, 0, 0, 0]);
  });
});

function withLocks(files: Readonly<Record<string, unknown>>): string {
  const directory = temporaryDirectory();
  for (const [name, holder] of Object.entries(files)) writeFileSync(join(directory, name), JSON.stringify(holder));
  return directory;
}

function readHolder(directory: string) {
  return JSON.parse(readFileSync(join(directory, 'service.lock'), 'utf8')) as typeof DEAD;
}

function holderOfThisProcess(): typeof DEAD {
  const directory = temporaryDirectory();
  takeServiceLock(directory);
  const holder = readHolder(directory);
  expect(isAlive(holder)).toBe(true);
  return holder;
}
