import { allCommands } from './outline-program.ts';
import type { CommandOutline, OptionOutline, ProgramOutline } from './outline-program.ts';

/** A script for bash: the words of commands and options, and files where a value may be anything. */
export function bashCompletion({ name, options, commands }: ProgramOutline): string {
  const names = namesOf(commands);
  const all = allCommands(commands);
  return `# Completion of ${name} for bash, made by "${name} completion bash".
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' words='' index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${command:+$command }\${COMP_WORDS[index]}" in
      ${all.map(patternOf).join(' | ')}) command="\${command:+$command }\${COMP_WORDS[index]}" ;;
    esac
  done
  case "$command $previous" in
${[...valuesOf('*', options), ...all.flatMap((command) => valuesOf(patternOf(command), command.options))].join('\n')}
  esac
  if [[ -z $words && $current == -* ]]; then
    words='${flagsOf(options)}'
    case "$command" in
${all.flatMap(ownFlags).join('\n')}
    esac
  elif [[ -z $words ]]; then
    case "$command" in
      '') words='${names}' ;;
${all.flatMap(choicesOf).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function namesOf(commands: readonly CommandOutline[]): string {
  return commands.map(({ name }) => name).join(' ');
}

function patternOf({ name }: CommandOutline): string {
  return name.replaceAll(' ', '\\ ');
}

/** What may follow each option that takes a value; where that is anything, bash offers files by itself. */
function valuesOf(pattern: string, options: readonly OptionOutline[]): readonly string[] {
  const valued = options.filter(({ takesValue }) => takesValue);
  const free = valued.filter(({ choices }) => choices.length === 0).map(({ flag }) => `${pattern}\\ ${flag}`);
  return [
    ...valued
      .filter(({ choices }) => choices.length > 0)
      .map(({ flag, choices }) => `    ${pattern}\\ ${flag}) words='${choices.join(' ')}' ;;`),
    ...(free.length === 0 ? [] : [`    ${free.join(' | ')}) return ;;`]),
  ];
}

function ownFlags(command: CommandOutline): readonly string[] {
  const { options } = command;
  return options.length === 0 ? [] : [`      ${patternOf(command)}) words+=' ${flagsOf(options)}' ;;`];
}

function flagsOf(options: readonly OptionOutline[]): string {
  return options.map(({ flag }) => flag).join(' ');
}

function choicesOf(command: CommandOutline): readonly string[] {
  const words = [...command.choices, ...command.commands.map(({ name }) => name)];
  return words.length === 0 ? [] : [`      ${patternOf(command)}) words='${words.join(' ')}' ;;`];
}
