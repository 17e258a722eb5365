import { Option } from 'commander';
import type { ListEventsFilter } from '../../client/create-client.ts';
import { TIERS } from '../../domain/tier.ts';
import type { AddCommand } from '../command-definition.ts';
import { parseNumber } from '../read-input.ts';
import { renderEvents } from '../render.ts';

const STATUSES = ['accepted', 'waiting', 'running', 'completed', 'partial', 'failed', 'cancelled'] as const;

export function listCommand(add: AddCommand): void {
  add<ListEventsFilter>({
    usage: 'list',
    description: 'list events, newest first',
    examples: ['list --status failed --type order-approved', 'list --limit 200 --json | jq -r .id'],
    configure: (command) =>
      command
        .option('--type <type>')
        .addOption(new Option('--status <status>').choices(STATUSES))
        .addOption(new Option('--tier <tier>').choices(TIERS))
        .option('--subject <subject>')
        .option('--batch <id>', 'the items of a batch')
        .option('--since <time>', 'ISO 8601')
        .option('--limit <number>', '1 to 200', parseNumber)
        .option('--cursor <cursor>', 'where the page before ended'),
    async action({ client, terminal, print, paint, isJson }, filter) {
      const { items, nextCursor } = await client.events.list(filter);
      if (isJson) for (const item of items) print(item, '');
      else terminal.out(renderEvents(items, paint));
      if (nextCursor !== null) terminal.err(`there are more: --cursor ${nextCursor}\n`);
      return 0;
    },
  });
}
