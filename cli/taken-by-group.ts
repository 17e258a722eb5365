import type { Command, OptionValues } from 'commander';

/**
 * What was given to a command that belongs to another: of the options that both have, commander takes all for the other, wherever they stand.
 * Ends with a usage error where the other has taken one that this command doesn't have.
 */
export function takenByGroup(group: Command, command: Command): OptionValues {
  const taken = group.opts();
  const foreign = group.options.find(
    (option) => option.attributeName() in taken && !command.options.some(({ long }) => long === option.long),
  );
  if (foreign !== undefined) command.error(`error: unknown option '${foreign.long}'`);
  return taken;
}
