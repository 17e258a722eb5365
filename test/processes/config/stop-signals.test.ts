import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { stopSignal } from '../../../config/stop-signals.ts';
import { until } from '../../support/until.ts';

const module = fileURLToPath(new URL('../../../config/stop-signals.ts', import.meta.url));
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const before = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const);

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const [signal, known] of before)
    for (const listener of process.listeners(signal)) if (!known.includes(listener)) process.removeListener(signal, listener);
});

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Sends the signal to a process that stops as ours do, then the later one, if there is one, again and again. */
async function outcomeOf(stop: string, signal: NodeJS.Signals, later?: NodeJS.Signals): Promise<Outcome> {
  const script = `import { stopSignal } from '${module}';
    const timer = setInterval(() => undefined, 1000);
    const stopped = stopSignal();
    console.log('ready');
    console.log(await stopped);
    ${stop}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = once(child, 'close') as Promise<[number | null]>;
  await until('it takes signals', () => Promise.resolve(output.includes('ready')));
  child.kill(signal);
  const again = later && setInterval(() => child.kill(later), 50);
  const [code] = await ended;
  clearInterval(again);
  return { code, output };
}

it.each(SIGNALS)('lets a process end in its own time after %s', async (signal) => {
  expect(await outcomeOf('clearInterval(timer);', signal)).toEqual({ code: 0, output: `ready\n${signal}\n` });
});

it('ends a process that hangs while it stops, at a later signal', async () => {
  expect(await outcomeOf('', 'SIGHUP', 'SIGINT')).toEqual({ code: 1, output: 'ready\nSIGHUP\n' });
});

it.each(SIGNALS)('resolves with %s, and exits at any other one that comes later', async (signal) => {
  vi.useFakeTimers();
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const stopped = stopSignal();
  process.listeners(signal).at(-1)?.(signal);
  expect(await stopped).toBe(signal);
  vi.advanceTimersByTime(999);
  // As after a Ctrl-C, which npm passes on to a process that has had it already.
  process.listeners(signal).at(-1)?.(signal);
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  process.listeners('SIGINT').at(-1)?.('SIGINT');
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
