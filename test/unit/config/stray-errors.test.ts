import { afterEach, expect, it, vi } from 'vitest';
import { createLogger } from '../../../config/logger.ts';
import { surviveStrayErrors } from '../../../config/stray-errors.ts';

const exceptionListeners = process.listeners('uncaughtException');
const rejectionListeners = process.listeners('unhandledRejection');

afterEach(() => {
  for (const added of process.listeners('uncaughtException'))
    if (!exceptionListeners.includes(added)) process.off('uncaughtException', added);
  for (const added of process.listeners('unhandledRejection'))
    if (!rejectionListeners.includes(added)) process.off('unhandledRejection', added);
});

it('logs what a function of a type left behind instead of ending the process', () => {
  const logger = createLogger('silent');
  const error = vi.spyOn(logger, 'error');

  surviveStrayErrors(logger);
  const exception = process.listeners('uncaughtException').at(-1);
  const rejection = process.listeners('unhandledRejection').at(-1);
  exception?.(new Error('stray'), 'uncaughtException');
  rejection?.('nobody awaited it', Promise.resolve());

  expect(error.mock.calls.map(([fields]) => fields)).toEqual([{ err: new Error('stray') }, { err: 'nobody awaited it' }]);
});
