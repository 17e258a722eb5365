import type { CommandOutline, OptionOutline, ProgramOutline } from './outline-program.ts';

/** A script for bash: the words of commands and options, and files where a value may be anything. */
export function bashCompletion({ name, options, commands }: ProgramOutline): string {
  const names = commands.map((command) => command.name).join(' ');
  return `# Completion of ${name} for bash, made by "${name} completion bash".
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' words='' index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      ${names.replaceAll(' ', ' | ')}) command="\${COMP_WORDS[index]}"; break ;;
    esac
  done
  case "$command $previous" in
${[...valuesOf('*', options), ...commands.flatMap((command) => valuesOf(command.name, command.options))].join('\n')}
  esac
  if [[ -z $words && $current == -* ]]; then
    words='${flagsOf(options)}'
    case "$command" in
${commands.flatMap(ownFlags).join('\n')}
    esac
  elif [[ -z $words ]]; then
    case "$command" in
      '') words='${names}' ;;
${commands.flatMap(choicesOf).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

/** What may follow each option that takes a value; where that is anything, bash offers files by itself. */
function valuesOf(command: string, options: readonly OptionOutline[]): readonly string[] {
  const valued = options.filter(({ takesValue }) => takesValue);
  const free = valued.filter(({ choices }) => choices.length === 0).map(({ flag }) => `${command}\\ ${flag}`);
  return [
    ...valued
      .filter(({ choices }) => choices.length > 0)
      .map(({ flag, choices }) => `    ${command}\\ ${flag}) words='${choices.join(' ')}' ;;`),
    ...(free.length === 0 ? [] : [`    ${free.join(' | ')}) return ;;`]),
  ];
}

function ownFlags({ name, options }: CommandOutline): readonly string[] {
  return options.length === 0 ? [] : [`      ${name}) words+=' ${flagsOf(options)}' ;;`];
}

function flagsOf(options: readonly OptionOutline[]): string {
  return options.map(({ flag }) => flag).join(' ');
}

function choicesOf({ name, choices }: CommandOutline): readonly string[] {
  return choices.length === 0 ? [] : [`      ${name}) words='${choices.join(' ')}' ;;`];
}
