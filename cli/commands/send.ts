import type { EventRequest } from '../../client/event-request.ts';
import type { AddCommand } from '../command-definition.ts';
import { parseNumber, readJsonArgument } from '../read-input.ts';
import { renderEvent } from '../render.ts';

interface SendOptions extends Pick<EventRequest, 'id' | 'subject' | 'source' | 'urgency'> {
  readonly data?: string;
  readonly tier?: string;
  readonly delay?: number;
  readonly callback?: string;
  readonly wait?: number | true;
}

const DEFAULT_WAIT_SECONDS = 30;

export function sendCommand(add: AddCommand): void {
  add<SendOptions>({
    usage: 'send <type>',
    description: 'submit an event; with --wait, fails if it does not complete in time',
    examples: [
      `send order-approved --data '{"orderId":"o-1","cents":500}' --wait`,
      'send order-approved --id o-17 --data @order.json --callback https://example.org/hook',
    ],
    configure: (command) =>
      command
        .option('--data <json>', 'JSON, @file, or - for standard input')
        .option('--id <id>', 'your own id, which makes it safe to send again')
        .option('--subject <subject>', 'whom it is about')
        .option('--source <source>', 'where it comes from')
        .option('--tier <tier>', 'critical, high, normal, low, bulk, or a number')
        .option('--urgency <number>', '0 to 1', parseNumber)
        .option('--delay <ms>', 'milliseconds before it starts', parseNumber)
        .option('--callback <url>', 'where the outcome is sent')
        .option('--wait [seconds]', `wait for the outcome, at most 60 (default: ${DEFAULT_WAIT_SECONDS})`, parseNumber),
    async action({ client, terminal, print, paint }, options, type = '') {
      const { data, tier, delay, callback, wait, ...rest } = options;
      const event: EventRequest = {
        type,
        ...rest,
        ...(data !== undefined && { data: await readJsonArgument(data, terminal) }),
        ...(tier !== undefined && { tier: toTier(tier) }),
        ...(delay !== undefined && { delayMs: delay }),
        ...(callback !== undefined && { callback: { url: callback } }),
      };
      const answer = await client.events.submit(event, { waitSeconds: wait === true ? DEFAULT_WAIT_SECONDS : wait });
      if ('acceptedAt' in answer) {
        print(answer, renderEvent(answer, paint));
        return answer.status === 'completed' ? 0 : 1;
      }
      print(answer, `${answer.id}  ${answer.type}  ${answer.tier}  ${answer.status}\n`);
      if (wait === undefined) return 0;
      terminal.err(`it goes on: tickless watch ${answer.id}\n`);
      return 1;
    },
  });
}

/** Words are checked by the service, which names the right ones. */
function toTier(text: string): NonNullable<EventRequest['tier']> {
  const number = Number(text);
  return (Number.isNaN(number) ? text : number) as NonNullable<EventRequest['tier']>;
}
