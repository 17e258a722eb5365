import type { AddCommand } from '../command-definition.ts';

export function redeliverCommand(add: AddCommand): void {
  add({
    usage: 'redeliver <id>',
    description: "send an event's callback again, now and with the same webhook-id",
    examples: ['redeliver my-1'],
    async action({ client, terminal, print }, _options, id = '') {
      const answer = await client.events.redeliver(id);
      print(answer, `${answer.id}  ${answer.status}\n`);
      terminal.err(`what became of it: tickless deliveries ${answer.id}\n`);
      return 0;
    },
  });
}
