import type { BulkCount, BulkReceipt } from '../client/bulk-types.ts';
import type { CommandContext } from './command-context.ts';
import { followBatch } from './follow-to-end.ts';

/** Shows what a dry run has counted. Gives the exit code 0. */
export function showCount({ print, terminal }: CommandContext, counted: BulkCount): number {
  print(counted, `${counted.count} to be run again\n`);
  tellSkipped(terminal.err, counted.skipped);
  return 0;
}

/**
 * Shows the batch that runs dead letters again, and follows it to its end if that is waited for. Gives the exit code: 0, or what
 * `followBatch` gives.
 */
export async function followBulk(context: CommandContext, batch: BulkReceipt, isWaitedFor: boolean): Promise<number> {
  const { print, terminal } = context;
  print(batch, `${batch.id}  ${batch.status}  ${batch.total} to be run again\n`);
  tellSkipped(terminal.err, batch.skipped);
  if (isWaitedFor) return followBatch(context, batch.id);
  terminal.err(`it goes on: tickless watch ${batch.id}\n`);
  return 0;
}

function tellSkipped(err: (text: string) => void, skipped: number): void {
  if (skipped > 0) err(`${skipped} more cannot be run again from here\n`);
}
