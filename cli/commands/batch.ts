import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Option } from 'commander';
import type { BatchSettings } from '../../client/batch-types.ts';
import type { AddCommand } from '../command-definition.ts';
import { followBatch } from '../follow-to-end.ts';
import { parseNumber } from '../read-input.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface BatchOptions extends BatchSettings {
  readonly callback?: string;
  readonly strict?: boolean;
  readonly watch?: boolean;
}

const SHOWN_REJECTED = 10;

export function batchCommand(add: AddCommand): void {
  add<BatchOptions>({
    usage: 'batch <file>',
    description: 'submit a file of events, one JSON object a line; with --watch, fails unless all of them complete',
    examples: ['batch events.ndjson --watch', 'batch - --id nightly --mode sequential < events.ndjson'],
    configure: (command) =>
      command
        .option('--watch', 'follow it to its end')
        .option('--id <id>', 'your own id, which makes it safe to send again')
        .option('--name <name>')
        .addOption(new Option('--mode <mode>', 'sequential: one after the other, in order').choices(['concurrent', 'sequential']))
        .option('--max-parallel <number>', 'how many items run at once', parseNumber)
        .option('--callback <url>', 'where the outcome is sent')
        .option('--strict', 'refuse all of it where one line is invalid'),
    async action(context, { watch = false, callback, ...settings }, file = '') {
      const { client, terminal, print } = context;
      const batch = await client.batches.submitLines(await openLines(file, terminal), { ...settings, callbackUrl: callback });
      print(batch, `${batch.id}  ${batch.status}  ${batch.total} events\n`);
      if (batch.rejectedCount > 0) terminal.err(`${batch.rejectedCount} of them are invalid and will fail:\n`);
      for (const { index, errors } of batch.rejected.slice(0, SHOWN_REJECTED)) {
        terminal.err(`  line ${index + 1}  ${errors.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ')}\n`);
      }
      return watch ? followBatch(context, batch.id) : 0;
    },
  });
}

/** A file is opened before anything is sent. @throws UsageError when it can't be */
async function openLines(file: string, { stdin }: Terminal): Promise<ReadableStream<Uint8Array>> {
  if (file === '-') return Readable.toWeb(stdin) as ReadableStream<Uint8Array>;
  const handle = await open(file).catch((error: Error) => Promise.reject(new UsageError(error.message)));
  return Readable.toWeb(handle.createReadStream()) as ReadableStream<Uint8Array>;
}
