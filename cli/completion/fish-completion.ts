import type { CommandOutline, OptionOutline, ProgramOutline } from './outline-program.ts';

/** A script for fish. */
export function fishCompletion({ name, options, commands }: ProgramOutline): string {
  return [
    `# Completion of ${name} for fish, made by "${name} completion fish".`,
    `set -l commands ${commands.map((command) => command.name).join(' ')}`,
    ...options.map((option) => `complete -c ${name} ${optionParts(option)}`),
    ...commands.flatMap((command) => commandLines(command, commands).map((line) => `complete -c ${name} ${line}`)),
    '',
  ].join('\n');
}

function commandLines(command: CommandOutline, all: readonly CommandOutline[]): readonly string[] {
  const { name, description, commands } = command;
  // Another command may have one of its own that is called like this.
  const others = all.filter((other) => other.commands.some((own) => own.name === name)).map((other) => other.name);
  const own = commands.map((one) => one.name);
  const isGiven = condition(seen(name), unseen([...others, ...own]));
  return [
    `-n "not __fish_seen_subcommand_from $commands" -f -a ${name} -d ${quoted(description)}`,
    ...valueLines(isGiven, command),
    ...commands.flatMap((one) => [
      `${isGiven} -f -a ${one.name} -d ${quoted(one.description)}`,
      ...valueLines(condition(seen(name), seen(one.name)), one),
    ]),
  ];
}

function valueLines(isGiven: string, { options, choices }: CommandOutline): readonly string[] {
  return [
    ...options.map((option) => `${isGiven} ${optionParts(option)}`),
    ...(choices.length === 0 ? [] : [`${isGiven} -f -a ${quoted(choices.join(' '))}`]),
  ];
}

function condition(...parts: readonly (string | null)[]): string {
  return `-n '${parts.filter((part) => part !== null).join('; and ')}'`;
}

function seen(name: string): string {
  return `__fish_seen_subcommand_from ${name}`;
}

function unseen(names: readonly string[]): string | null {
  return names.length === 0 ? null : `not __fish_seen_subcommand_from ${names.join(' ')}`;
}

function optionParts({ flag, description, takesValue, choices }: OptionOutline): string {
  const value = choices.length === 0 ? ' -r' : ` -x -a ${quoted(choices.join(' '))}`;
  return `-l ${flag.replace(/^--/, '')} -d ${quoted(description)}${takesValue ? value : ''}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
