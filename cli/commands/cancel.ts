import type { AddCommand } from '../command-definition.ts';

export function cancelCommand(add: AddCommand): void {
  add({
    usage: 'cancel <id>',
    description: 'cancel an event that waits, or a heavy one at any time',
    examples: ['cancel my-1'],
    async action({ client, print }, _options, id = '') {
      await client.events.cancel(id);
      print({ id, status: 'cancelling' }, `${id}  cancelling\n`);
      return 0;
    },
  });
}
