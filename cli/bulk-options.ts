import { Option } from 'commander';
import type { Command } from 'commander';
import type { BulkOptions } from '../client/bulk-types.ts';
import { parseNumber } from './read-input.ts';

/** What a command is given that runs many dead letters again. */
export interface BulkFlags {
  readonly dryRun?: true;
  readonly rate?: number;
  readonly limit?: number;
  readonly key?: string;
  readonly wait?: true;
}

export function addBulkOptions(command: Command): Command {
  return command
    .option('--dry-run', 'only say how many there are')
    .option('--rate <number>', 'at most so many a second (default: as fast as it goes)', parseNumber)
    .option('--limit <number>', '1 to 10000, those that died last first (default: 1000)', parseNumber)
    .option('--key <key>', 'an idempotency key, which makes it safe to repeat')
    .addOption(new Option('--wait', 'follow the batch until all of them have begun again').conflicts('dryRun'));
}

export function toBulkOptions({ rate, limit, key }: Pick<BulkFlags, 'rate' | 'limit' | 'key'>): BulkOptions {
  return { ratePerSecond: rate, limit, idempotencyKey: key };
}
