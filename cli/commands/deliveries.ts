import type { AddCommand } from '../command-definition.ts';
import { renderDeliveries } from '../render-deliveries.ts';

export function deliveriesCommand(add: AddCommand): void {
  add({
    usage: 'deliveries <id>',
    description: "show every attempt to deliver the callback of an event's latest run",
    examples: ['deliveries my-1', 'deliveries my-1 --json | jq -r .excerpt'],
    async action({ client, terminal, print, paint, isJson }, _options, id = '') {
      const { items } = await client.events.deliveries(id);
      if (isJson) for (const item of items) print(item, '');
      else if (items.length === 0) terminal.err('there was no attempt\n');
      else terminal.out(renderDeliveries(items, paint));
      return 0;
    },
  });
}
