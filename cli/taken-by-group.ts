import type { Command, OptionValues } from 'commander';

/**
 * The options of a command that belongs to a group, as far as the group has options of these names: commander gives the group all that it
 * knows, also behind the command's name. One that only the group has is a usage error.
 */
export function takenByGroup(group: Command, command: Command): OptionValues {
  const taken = group.opts();
  const foreign = group.options.find(
    (option) => option.attributeName() in taken && !command.options.some(({ long }) => long === option.long),
  );
  if (foreign !== undefined) command.error(`error: unknown option '${foreign.long}'`);
  return taken;
}
