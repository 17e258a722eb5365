import type { Argument, Command, Option } from 'commander';

export interface OptionOutline {
  /** As it is written: `--json`. */
  readonly flag: string;
  readonly description: string;
  /** Whether a value has to follow. */
  readonly takesValue: boolean;
  /** The values that it may have, where these are few. */
  readonly choices: readonly string[];
}

export interface CommandOutline {
  /** Without that of the command that it belongs to, but for `allCommands`. */
  readonly name: string;
  readonly description: string;
  /** Of its own. */
  readonly options: readonly OptionOutline[];
  /** What its first value may be, where that is one of few. */
  readonly choices: readonly string[];
  /** Of its own: one of them may follow instead of a value. */
  readonly commands: readonly CommandOutline[];
}

/** A command-line program, as a shell's completion needs to know it. */
export interface ProgramOutline {
  readonly name: string;
  /** Those that may stand before and after every command. */
  readonly options: readonly OptionOutline[];
  readonly commands: readonly CommandOutline[];
}

export function outlineProgram(program: Command): ProgramOutline {
  const help = program.createHelp();
  const options = help.visibleOptions(program).flatMap(outlineOption);
  const isGeneral = ({ flag }: OptionOutline): boolean => options.some((option) => option.flag === flag);
  const outlineCommand = (command: Command): CommandOutline => ({
    name: command.name(),
    description: command.description(),
    options: help
      .visibleOptions(command)
      .flatMap(outlineOption)
      .filter((option) => !isGeneral(option)),
    choices: choicesOf(command.registeredArguments[0]),
    commands: help.visibleCommands(command).map(outlineCommand),
  });
  const commands = help.visibleCommands(program).map(outlineCommand);
  const names = commands.map(({ name }) => name);
  return {
    name: program.name(),
    options,
    commands: commands.map((command) => (command.name === 'help' ? { ...command, choices: names } : command)),
  };
}

/** Commands and those of their own, each under its full name: `dead-letters replay`. */
export function allCommands(commands: readonly CommandOutline[]): readonly CommandOutline[] {
  return commands.flatMap((command) => [
    command,
    ...allCommands(command.commands).map((own) => ({ ...own, name: `${command.name} ${own.name}` })),
  ]);
}

function outlineOption(option: Option): readonly OptionOutline[] {
  const { long, description, required } = option;
  return long ? [{ flag: long, description, takesValue: required, choices: choicesOf(option) }] : [];
}

function choicesOf(value: Argument | Option | undefined): readonly string[] {
  return value?.argChoices ?? [];
}
