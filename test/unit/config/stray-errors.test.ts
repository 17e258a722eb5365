import { afterEach, expect, it, vi } from 'vitest';
import { createLogger } from '../../../config/logger.ts';
import { stopAtStrayErrors } from '../../../config/stray-errors.ts';

const exceptionListeners = process.listeners('uncaughtException');
const rejectionListeners = process.listeners('unhandledRejection');

const exitCode = process.exitCode;

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = exitCode;
  for (const added of process.listeners('uncaughtException'))
    if (!exceptionListeners.includes(added)) process.off('uncaughtException', added);
  for (const added of process.listeners('unhandledRejection'))
    if (!rejectionListeners.includes(added)) process.off('unhandledRejection', added);
});

it('stops the process in order, once, and says so to whoever has started it', () => {
  const logger = createLogger('silent');
  const fatal = vi.spyOn(logger, 'fatal');
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);

  stopAtStrayErrors(logger);
  const exception = process.listeners('uncaughtException').at(-1);
  const rejection = process.listeners('unhandledRejection').at(-1);
  exception?.(new Error('stray'), 'uncaughtException');
  rejection?.('nobody awaited it', Promise.resolve());

  expect(fatal.mock.calls.map(([fields]) => fields)).toEqual([{ err: new Error('stray') }, { err: 'nobody awaited it' }]);
  expect(kill.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
  expect(process.exitCode).toBe(1);
});
