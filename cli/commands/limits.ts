import { InvalidArgumentError } from 'commander';
import type { PageOptions } from '../../client/create-client.ts';
import type { AddCommand } from '../command-definition.ts';
import { parseNumber } from '../read-input.ts';
import { renderLimit, renderLimits } from '../render.ts';
import { UsageError } from '../usage-error.ts';

export function limitsCommand(add: AddCommand): void {
  add<PageOptions & { readonly set?: number | 'configured' }>({
    usage: 'limits [key]',
    description: 'show who holds permits and who waits for them, or set how many there are',
    examples: ['limits', 'limits tasks', 'limits tasks --set 10', 'limits tasks --set configured'],
    configure: (command) =>
      command
        .option('--set <capacity>', 'at once, in the whole cluster; "configured" lets the configuration hold again', parseCapacity)
        .option('--limit <number>', '1 to 200 limits', parseNumber)
        .option('--cursor <cursor>', 'where the page before ended'),
    async action({ client, terminal, print, paint, isJson }, { set, ...page }, key) {
      if (key === undefined) {
        if (set !== undefined) throw new UsageError('--set needs a key');
        const { items, nextCursor } = await client.limits.list(page);
        if (isJson) for (const item of items) print(item, '');
        else terminal.out(renderLimits(items, paint));
        if (nextCursor !== null) terminal.err(`there are more: --cursor ${nextCursor}\n`);
        return 0;
      }
      const limit =
        set === undefined ? await client.limits.get(key) : await client.limits.setCapacity(key, set === 'configured' ? null : set);
      print(limit, renderLimit(limit, paint));
      return 0;
    },
  });
}

function parseCapacity(text: string): number | 'configured' {
  if (text === 'configured') return text;
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('it is a whole number, or "configured"');
  return Number(text);
}
