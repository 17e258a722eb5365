import type { BulkFlags } from '../bulk-options.ts';
import { addBulkOptions, toBulkOptions } from '../bulk-options.ts';
import type { AddCommand } from '../command-definition.ts';
import { followBulk, showCount } from '../show-bulk.ts';

interface RedeliverFlags extends BulkFlags {
  readonly since: string;
  readonly until?: string;
}

export function destinationsRedeliverCommand(add: AddCommand): void {
  add<RedeliverFlags>({
    usage: 'redeliver <origin>',
    description: 'send callbacks to a destination again that were given up; with --wait, fails if one of them cannot be',
    examples: [
      'destinations redeliver https://shop.example --since 2026-03-01T08:00:00Z --dry-run',
      'destinations redeliver https://shop.example --since 2026-03-01T08:00:00Z --until 2026-03-01T12:00:00Z --rate 20 --wait',
    ],
    configure: (command) =>
      addBulkOptions(
        command
          .requiredOption('--since <time>', 'given up at this time or later; ISO 8601, with Z or an offset')
          .option('--until <time>', 'or before this one (default: now)'),
      ),
    async action(context, { dryRun = false, wait = false, since, until, ...flags }, origin = '') {
      const { destinations } = context.client;
      const options = { ...toBulkOptions(flags), since, until };
      if (dryRun) return showCount(context, await destinations.redeliver(origin, { ...options, dryRun }));
      return followBulk(context, await destinations.redeliver(origin, options), wait);
    },
  });
}
