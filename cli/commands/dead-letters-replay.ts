import type { PatchOperation } from '../../client/event-request.ts';
import type { BulkFlags } from '../bulk-options.ts';
import { addBulkOptions, toBulkOptions } from '../bulk-options.ts';
import type { AddCommand } from '../command-definition.ts';
import { readJsonArgument } from '../read-input.ts';
import { followBulk, showCount } from '../show-bulk.ts';

export function deadLettersReplayCommand(add: AddCommand): void {
  add<BulkFlags & { readonly patch?: string }>({
    usage: 'replay <cause>',
    description: 'run the dead letters of a cause again, as a batch; with --wait, fails if one of them cannot be',
    examples: [
      'dead-letters replay 5b1d0c4f7a92e683 --dry-run',
      'dead-letters replay 5b1d0c4f7a92e683 --rate 20 --wait',
      'dead-letters replay 5b1d0c4f7a92e683 --limit 1 --patch @patch.json',
    ],
    configure: (command) =>
      addBulkOptions(command.option('--patch <json>', 'a JSON Patch of the data of each: JSON, @file, or - for standard input')),
    async action(context, { dryRun = false, wait = false, patch, ...flags }, cause = '') {
      const { client, terminal } = context;
      const options = {
        ...toBulkOptions(flags),
        // The service says what is wrong with it.
        ...(patch !== undefined && { patch: (await readJsonArgument(patch, terminal)) as readonly PatchOperation[] }),
      };
      if (dryRun) return showCount(context, await client.deadLetters.replay(cause, { ...options, dryRun }));
      return followBulk(context, await client.deadLetters.replay(cause, options), wait);
    },
  });
}
