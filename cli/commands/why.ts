import type { AddCommand } from '../command-definition.ts';
import { renderWhy } from '../render.ts';

export function whyCommand(add: AddCommand): void {
  add({
    usage: 'why <id>',
    description: 'say what an event waits for, who is before it, and for how long',
    examples: ['why my-1'],
    async action({ client, print, paint }, _options, id = '') {
      const why = await client.events.why(id);
      print(why, renderWhy(why, paint));
      return 0;
    },
  });
}
