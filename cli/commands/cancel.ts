import type { AddCommand } from '../command-definition.ts';
import { eventOrBatch } from '../event-or-batch.ts';

export function cancelCommand(add: AddCommand): void {
  add({
    usage: 'cancel <id>',
    description: 'cancel an event that waits, or a heavy one at any time; or what a batch has left',
    examples: ['cancel my-1', 'cancel nightly'],
    async action({ client, print }, _options, id = '') {
      const kind = await eventOrBatch<'event' | 'batch'>(
        () => client.events.cancel(id).then(() => 'event'),
        () => client.batches.cancel(id).then(() => 'batch'),
      );
      print({ id, kind, status: 'cancelling' }, `${id}  ${kind}  cancelling\n`);
      return 0;
    },
  });
}
