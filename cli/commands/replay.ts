import { Option } from 'commander';
import type { PatchOperation } from '../../client/event-request.ts';
import type { AddCommand } from '../command-definition.ts';
import { parseNumber, readJsonArgument } from '../read-input.ts';
import { renderEvent } from '../render.ts';

interface ReplayOptions {
  readonly from?: 'stage' | 'start';
  readonly patch?: string;
  readonly emits?: 'again' | 'skip';
  readonly key?: string;
  readonly wait?: number | true;
}

const DEFAULT_WAIT_SECONDS = 30;

export function replayCommand(add: AddCommand): void {
  add<ReplayOptions>({
    usage: 'replay <id>',
    description: 'run an event again that has failed or was cancelled; with --wait, fails if it does not complete in time',
    examples: ['replay o-17 --wait', 'replay o-17 --from start', 'replay o-17 --patch @patch.json'],
    configure: (command) =>
      command
        .addOption(
          new Option('--from <where>', 'begin at the stage that failed, or at the start (default with a patch)').choices([
            'stage',
            'start',
          ]),
        )
        .option('--patch <json>', 'a JSON Patch of its data: JSON, @file, or - for standard input')
        .addOption(new Option('--emits <what>', 'start again what its handlers emit, or skip it').choices(['again', 'skip']))
        .option('--key <key>', 'an idempotency key, which makes it safe to repeat')
        .option('--wait [seconds]', `wait for the outcome, at most 60 (default: ${DEFAULT_WAIT_SECONDS})`, parseNumber),
    async action({ client, terminal, print, paint }, { from, patch, emits, key, wait }, id = '') {
      const answer = await client.events.replay(id, {
        ...(from !== undefined && { from }),
        ...(emits !== undefined && { emits }),
        // The service says what is wrong with it.
        ...(patch !== undefined && { patch: (await readJsonArgument(patch, terminal)) as readonly PatchOperation[] }),
        waitSeconds: wait === true ? DEFAULT_WAIT_SECONDS : wait,
        idempotencyKey: key,
      });
      if ('acceptedAt' in answer) {
        print(answer, renderEvent(answer, paint));
        return answer.status === 'completed' ? 0 : 1;
      }
      print(answer, `${answer.id}  ${answer.type}  run ${answer.run}  ${answer.status}\n`);
      if (wait === undefined) return 0;
      terminal.err(`it goes on: tickless watch ${answer.id}\n`);
      return 1;
    },
  });
}
