import type { AddCommand } from '../command-definition.ts';
import { eventOrBatch } from '../event-or-batch.ts';
import { renderEvent } from '../render.ts';
import { renderBatchInFull } from '../render-batch.ts';

export function getCommand(add: AddCommand): void {
  add({
    usage: 'get <id>',
    description: 'show an event: its data, its result, its handlers, its callback; or a batch and its counts',
    examples: ['get my-1', 'get my-1 --json | jq .result', 'get nightly'],
    action: ({ client, print, paint }, _options, id = '') =>
      eventOrBatch(
        async () => {
          const event = await client.events.get(id);
          print(event, renderEvent(event, paint, { withData: true }));
          return 0;
        },
        async () => {
          const batch = await client.batches.get(id);
          print(batch, renderBatchInFull(batch, paint));
          return 0;
        },
      ),
  });
}
