import type { AddCommand } from '../command-definition.ts';
import { eventOrBatch } from '../event-or-batch.ts';
import { followBatch, followEvent } from '../follow-to-end.ts';

export function watchCommand(add: AddCommand): void {
  add({
    usage: 'watch <id>',
    description: 'follow an event or a batch to its end; fails if it does not complete',
    examples: ['watch my-1', 'watch nightly --json'],
    action: (context, _options, id = '') =>
      eventOrBatch(
        () => followEvent(context, id),
        () => followBatch(context, id),
      ),
  });
}
