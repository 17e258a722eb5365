import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askForProcess, identifyProcess, isAlive, signalProcess } from '../../../engine/process-identity.ts';
import { temporaryDirectory } from './fakes.ts';

describe('identifyProcess', () => {
  it('tells this process from a later one of the same number', () => {
    const own = identifyProcess(process.pid);
    expect(own).toEqual({ pid: process.pid, startTime: expect.stringMatching(/^\d+$/) });
    expect(own !== undefined && isAlive(own)).toBe(true);
    expect(isAlive({ pid: process.pid, startTime: 'earlier' })).toBe(false);
  });

  it.each([0, -1, 4_194_305, Number.MAX_SAFE_INTEGER])('knows no process %i', (pid) => {
    expect(identifyProcess(pid)).toBeUndefined();
  });

  it('is not misled by brackets and spaces in the name of the command', () => {
    const odd = join(temporaryDirectory(), 'a) R 1 (b');
    copyFileSync('/bin/sleep', odd);
    const child = spawn(odd, ['60']);
    onTestFinished(() => void child.kill('SIGKILL'));
    const { pid = 0 } = child;
    expect(identifyProcess(pid)?.startTime).toBe(identifyProcess(pid)?.startTime);
    expect(Number(identifyProcess(pid)?.startTime)).toBeGreaterThanOrEqual(Number(identifyProcess(process.pid)?.startTime));
  });

  it('does not count a process that has ended but was not collected', () => {
    // The shell becomes a `sleep`, which never collects the child that the shell has started.
    const child = spawn('/bin/sh', ['-c', 'true & echo $!; exec sleep 60']);
    onTestFinished(() => void child.kill('SIGKILL'));
    return new Promise<void>((resolve) => {
      child.stdout.once('data', (data: Buffer) => {
        const zombie = Number(data.toString());
        const look = setInterval(() => {
          if (identifyProcess(zombie) !== undefined) return;
          clearInterval(look);
          resolve();
        }, 10);
      });
    });
  });
});

describe('askForProcess', () => {
  it('gets state and start time from ps', () => {
    expect(askForProcess(process.pid)).toEqual({
      state: expect.stringMatching(/^[A-Z]/),
      startTime: expect.stringMatching(/\d\d:\d\d:\d\d \d{4}$/),
    });
    expect(askForProcess(process.pid)?.startTime).toBe(askForProcess(process.pid)?.startTime);
  });

  it('knows no process that is not there', () => {
    expect(askForProcess(4_194_305)).toBeUndefined();
  });
});

describe('signalProcess', () => {
  it('signals the one that is meant, and says that it did', async () => {
    const child = spawn('sleep', ['60']);
    const identity = identifyProcess(child.pid ?? 0);
    if (identity === undefined) throw new Error('sleep does not run');
    expect(signalProcess({ ...identity, startTime: 'earlier' }, 'SIGKILL')).toBe(false);
    expect(isAlive(identity)).toBe(true);
    const ended = new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
    expect(signalProcess(identity, 'SIGTERM')).toBe(true);
    expect(await ended).toBe('SIGTERM');
    expect(signalProcess(identity, 'SIGTERM')).toBe(false);
  });
});
