import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { stopSignal } from '../../../config/stop-signals.ts';

const module = fileURLToPath(new URL('../../../config/stop-signals.ts', import.meta.url));
const before = { SIGTERM: process.listeners('SIGTERM'), SIGINT: process.listeners('SIGINT') };

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    for (const listener of process.listeners(signal)) if (!before[signal].includes(listener)) process.removeListener(signal, listener);
});

/** Sends the signals to a process that stops as ours do, each when the one before has been noticed. */
async function outcomeOf(
  stop: string,
  signals: readonly NodeJS.Signals[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const script = `import { stopSignal } from '${module}';
    const timer = setInterval(() => undefined, 1000);
    const stopped = stopSignal();
    console.log('ready');
    console.log(await stopped);
    ${stop}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const ended = once(child, 'close') as Promise<[number | null]>;
  const waiting = [...signals];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    const next = waiting.shift();
    if (next !== undefined) child.kill(next);
  });
  const [code] = await ended;
  return { code, output };
}

it.each(['SIGTERM', 'SIGINT'] as const)('lets a process end in its own time after %s', async (signal) => {
  expect(await outcomeOf('clearInterval(timer);', [signal])).toEqual({ code: 0, output: `ready\n${signal}\n` });
});

it('ends a process that hangs while it stops, at the second signal', async () => {
  expect(await outcomeOf('', ['SIGINT', 'SIGINT'])).toEqual({ code: 1, output: 'ready\nSIGINT\n' });
});

it.each(['SIGTERM', 'SIGINT'] as const)('resolves with %s, and exits at the second one', async (signal) => {
  vi.useFakeTimers();
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const stopped = stopSignal();
  process.listeners(signal).at(-1)?.(signal);
  expect(await stopped).toBe(signal);
  expect(exit).not.toHaveBeenCalled();
  process.listeners(signal).at(-1)?.(signal);
  expect(exit).toHaveBeenCalledExactlyOnceWith(1);
});

it('exits in the end where something holds the process though it has stopped', async () => {
  vi.useFakeTimers();
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const stopped = stopSignal();
  process.listeners('SIGTERM').at(-1)?.('SIGTERM');
  await stopped;
  vi.advanceTimersByTime(13_000);
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(exit).toHaveBeenCalledExactlyOnceWith();
});
