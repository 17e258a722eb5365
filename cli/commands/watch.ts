import { TicklessError } from '../../client/tickless-error.ts';
import type { AddCommand } from '../command-definition.ts';
import { followBatch, followEvent } from '../follow-to-end.ts';

export function watchCommand(add: AddCommand): void {
  add({
    usage: 'watch <id>',
    description: 'follow an event or a batch to its end; fails if it does not complete',
    examples: ['watch my-1', 'watch nightly --json'],
    async action(context, _options, id = '') {
      try {
        return await followEvent(context, id);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        return await followBatch(context, id).catch((other: unknown) => Promise.reject(isNotFound(other) ? error : other));
      }
    },
  });
}

function isNotFound(error: unknown): boolean {
  return error instanceof TicklessError && error.code === 'not_found';
}
