import type { AddCommand } from '../command-definition.ts';
import { eventOrBatch } from '../event-or-batch.ts';
import { explainBatch } from '../explain-batch.ts';
import { renderWhy } from '../render.ts';
import { renderBatchWhy } from '../render-batch.ts';

export function whyCommand(add: AddCommand): void {
  add({
    usage: 'why <id>',
    description: 'say what an event or a batch waits for, who is before it, and for how long; or what it has failed of',
    examples: ['why my-1', 'why nightly'],
    action: ({ client, print, paint }, _options, id = '') =>
      eventOrBatch(
        async () => {
          const why = await client.events.why(id);
          print(why, renderWhy(why, paint));
          return 0;
        },
        async () => {
          const why = explainBatch(await client.batches.get(id));
          print(why, renderBatchWhy(why, paint));
          return 0;
        },
      ),
  });
}
