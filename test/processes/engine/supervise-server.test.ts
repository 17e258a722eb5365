import { describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../config/logger.ts';
import type { ServerProcess } from '../../../engine/server-process.ts';
import { restartPauseMs, superviseServer } from '../../../engine/supervise-server.ts';
import { until } from '../../support/until.ts';

const logger = createLogger('silent');

const never = (signal: AbortSignal): Promise<boolean> => new Promise((resolve) => signal.addEventListener('abort', () => resolve(false)));

describe('superviseServer', () => {
  it('starts a server again as often as it ends, and says so', async () => {
    const servers = [createServer(1), createServer(2), createServer(3)];
    const onRestart = vi.fn<(pid: number) => void>();
    const supervision = superviseServer({
      server: next(servers),
      restart: () => Promise.resolve(next(servers)),
      untilStuck: never,
      onRestart,
      logger,
    });
    end(1);
    await until('the second runs', () => Promise.resolve(supervision.pid === 2));
    end(2);
    await until('the third runs', () => Promise.resolve(supervision.pid === 3));
    expect(onRestart.mock.calls).toEqual([[2], [3]]);
    end(3);
    await supervision.stop();
  });

  it('tries again when a start fails', async () => {
    const servers = [createServer(1), createServer(2)];
    const restart = vi.fn<() => Promise<ServerProcess>>();
    restart.mockRejectedValueOnce(new Error('not yet')).mockImplementation(() => Promise.resolve(next(servers)));
    const supervision = superviseServer({ server: next(servers), restart, untilStuck: never, onRestart: () => undefined, logger });
    end(1);
    await until('the second runs', () => Promise.resolve(supervision.pid === 2));
    expect(restart).toHaveBeenCalledTimes(2);
    end(2);
    await supervision.stop();
  });

  it('starts nothing any more once it stops', async () => {
    const servers = [createServer(1)];
    const restart = vi.fn<() => Promise<ServerProcess>>();
    const supervision = superviseServer({ server: next(servers), restart, untilStuck: never, onRestart: () => undefined, logger });
    const stopped = Promise.all([supervision.stop(), supervision.stop()]);
    end(1);
    await stopped;
    expect(restart).not.toHaveBeenCalled();
  });

  it('tells a start that is under way to give up, and ends in any case', async () => {
    const servers = [createServer(1)];
    const restart = (signal: AbortSignal) =>
      new Promise<ServerProcess>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
    const supervision = superviseServer({
      server: next(servers),
      restart: vi.fn(restart),
      untilStuck: never,
      onRestart: () => undefined,
      logger,
    });
    end(1);
    await supervision.stop();
    expect(supervision.pid).toBe(1);
  });
});

describe('restartPauseMs', () => {
  it('is none at first, then grows to a bound', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 100].map(restartPauseMs)).toEqual([0, 250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });
});

/** A process that is gone as far as the system knows, so that no signal is sent to a real one. */
const ends = new Map<number, (reason: string) => void>();

function createServer(pid: number): ServerProcess {
  const ended = new Promise<string>((resolve) => ends.set(pid, resolve));
  return { identity: { pid, startTime: 'never' }, ended };
}

function end(pid: number): void {
  ends.get(pid)?.('exit code 2');
}

function next(servers: ServerProcess[]): ServerProcess {
  const server = servers.shift();
  if (server === undefined) throw new Error('no server is left');
  return server;
}
