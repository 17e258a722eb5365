import type { AddCommand } from '../command-definition.ts';
import { parseNumber } from '../read-input.ts';
import { renderStats } from '../render-stats.ts';

export function statsCommand(add: AddCommand): void {
  add<{ readonly minutes?: number }>({
    usage: 'stats',
    description: 'show what happened to your events in the last minutes, and how it stands',
    examples: ['stats', 'stats --minutes 10', 'stats --minutes 1440 --json'],
    configure: (command) => command.option('--minutes <number>', '1 to 1440 (default: 60)', parseNumber),
    async action({ client, print }, { minutes }) {
      const stats = await client.stats({ minutes });
      print(stats, renderStats(stats));
      return 0;
    },
  });
}
