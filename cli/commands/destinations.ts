import type { PageOptions } from '../../client/create-client.ts';
import type { AddCommand } from '../command-definition.ts';
import { parseNumber } from '../read-input.ts';
import { renderDestinations } from '../render-destinations.ts';
import { destinationsRedeliverCommand } from './destinations-redeliver.ts';

export function destinationsCommand(add: AddCommand): void {
  add<PageOptions & { readonly resume?: string }>({
    usage: 'destinations',
    description: 'list where callbacks failed lately, or have one of these probed now',
    commands: [destinationsRedeliverCommand],
    examples: ['destinations', 'destinations --resume https://shop.example'],
    configure: (command) =>
      command
        .option('--resume <origin>', 'probe it now, and send what waits for it when it is well')
        .option('--limit <number>', '1 to 200 destinations', parseNumber)
        .option('--cursor <cursor>', 'where the page before ended'),
    async action({ client, terminal, print, paint, isJson }, { resume, ...page }) {
      if (resume !== undefined) {
        const destination = await client.destinations.resume(resume);
        print(destination, renderDestinations([destination], paint));
        return 0;
      }
      const { items, nextCursor } = await client.destinations.list(page);
      if (isJson) for (const item of items) print(item, '');
      else if (items.length === 0) terminal.err('no destination has failed lately\n');
      else terminal.out(renderDestinations(items, paint));
      if (nextCursor !== null) terminal.err(`there are more: --cursor ${nextCursor}\n`);
      return 0;
    },
  });
}
