import type { CommandOutline, OptionOutline, ProgramOutline } from './outline-program.ts';

/** A script for fish. */
export function fishCompletion({ name, options, commands }: ProgramOutline): string {
  return [
    `# Completion of ${name} for fish, made by "${name} completion fish".`,
    `set -l commands ${commands.map((command) => command.name).join(' ')}`,
    ...options.map((option) => `complete -c ${name} ${optionParts(option)}`),
    ...commands.flatMap((command) => commandLines(command).map((line) => `complete -c ${name} ${line}`)),
    '',
  ].join('\n');
}

function commandLines({ name, description, options, choices }: CommandOutline): readonly string[] {
  const isGiven = `-n '__fish_seen_subcommand_from ${name}'`;
  return [
    `-n "not __fish_seen_subcommand_from $commands" -f -a ${name} -d ${quoted(description)}`,
    ...options.map((option) => `${isGiven} ${optionParts(option)}`),
    ...(choices.length === 0 ? [] : [`${isGiven} -f -a ${quoted(choices.join(' '))}`]),
  ];
}

function optionParts({ flag, description, takesValue, choices }: OptionOutline): string {
  const value = choices.length === 0 ? ' -r' : ` -x -a ${quoted(choices.join(' '))}`;
  return `-l ${flag.replace(/^--/, '')} -d ${quoted(description)}${takesValue ? value : ''}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
