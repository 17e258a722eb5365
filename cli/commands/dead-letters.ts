import type { PageOptions } from '../../client/create-client.ts';
import type { CommandContext } from '../command-context.ts';
import type { AddCommand } from '../command-definition.ts';
import { parseNumber } from '../read-input.ts';
import { renderDeadLetters } from '../render-dead-letters.ts';
import { renderEvents } from '../render.ts';
import { UsageError } from '../usage-error.ts';
import { deadLettersDiscardCommand } from './dead-letters-discard.ts';
import { deadLettersReplayCommand } from './dead-letters-replay.ts';

export function deadLettersCommand(add: AddCommand): void {
  add<PageOptions>({
    usage: 'dead-letters [cause]',
    description: 'count what ended badly by its cause, or list the events of a cause',
    examples: ['dead-letters', 'dead-letters 5b1d0c4f7a92e683', 'dead-letters --json | jq -r .cause'],
    commands: [deadLettersReplayCommand, deadLettersDiscardCommand],
    configure: (command) =>
      command
        .option('--limit <number>', '1 to 200 events of the cause', parseNumber)
        .option('--cursor <cursor>', 'where the page before ended'),
    async action(context, page, cause) {
      if (cause !== undefined) return listEvents(context, cause, page);
      const [flag] = Object.keys(page);
      if (flag !== undefined) throw new UsageError(`--${flag} needs a cause`);
      const { terminal, print, paint, isJson } = context;
      const { items, asOf } = await context.client.deadLetters.list();
      if (isJson) for (const item of items) print(item, '');
      else if (items.length > 0) terminal.out(renderDeadLetters(items, paint));
      terminal.err(items.length === 0 ? `there were no dead letters at ${asOf}\n` : `counted at ${asOf}\n`);
      return 0;
    },
  });
}

async function listEvents({ client, terminal, print, paint, isJson }: CommandContext, cause: string, page: PageOptions): Promise<number> {
  const { items, nextCursor } = await client.deadLetters.events(cause, page);
  if (isJson) for (const item of items) print(item, '');
  else terminal.out(renderEvents(items, paint));
  if (nextCursor !== null) terminal.err(`there are more: --cursor ${nextCursor}\n`);
  return 0;
}
