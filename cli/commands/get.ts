import type { AddCommand } from '../command-definition.ts';
import { renderEvent } from '../render.ts';

export function getCommand(add: AddCommand): void {
  add({
    usage: 'get <id>',
    description: 'show an event: its data, its result, its callback',
    examples: ['get my-1', 'get my-1 --json | jq .result'],
    async action({ client, print, paint }, _options, id = '') {
      const event = await client.events.get(id);
      print(event, renderEvent(event, paint, { withData: true }));
      return 0;
    },
  });
}
