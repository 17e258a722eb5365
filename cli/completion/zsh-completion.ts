import type { CommandOutline, OptionOutline, ProgramOutline } from './outline-program.ts';

/** A script for zsh, for a file `_tickless` in a folder of $fpath or to be evaluated. */
export function zshCompletion({ name, options, commands }: ProgramOutline): string {
  return `#compdef ${name}
# Completion of ${name} for zsh, made by "${name} completion zsh".
_${name}() {
  local curcontext="$curcontext" state line
  local -a general subcommands
  general=(
${options.map((option) => `    ${optionSpec(option)}`).join('\n')}
  )
  subcommands=(
${commands.map((command) => `    ${quoted(`${command.name}:${command.description}`)}`).join('\n')}
  )
  _arguments -C $general '1:command:->command' '*::value:->values'
  case $state in
    command) _describe command subcommands ;;
    values)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function commandCase({ name, options, choices, commands }: CommandOutline): string {
  if (commands.length === 0) return `        ${name}) _arguments ${specs(options, valueSpec(choices))} ;;`;
  const names = commands.map((own) => own.name);
  return `        ${name})
          _arguments -C ${specs(options, valueSpec(names), "'*::value:->own'")}
          case "$state $words[1]" in
${commands.map((own) => `            'own ${own.name}') _arguments ${specs(own.options, valueSpec(own.choices))} ;;`).join('\n')}
          esac ;;`;
}

function specs(options: readonly OptionOutline[], ...values: readonly string[]): string {
  return [...options.map(optionSpec), '$general', ...values].join(' ');
}

function valueSpec(choices: readonly string[]): string {
  return choices.length === 0 ? "'*:value:_files'" : quoted(`1:value:(${choices.join(' ')})`);
}

function optionSpec({ flag, description, takesValue, choices }: OptionOutline): string {
  const text = `${flag}[${description.replaceAll(/[[\]\\:]/g, '\\$&')}]`;
  if (!takesValue) return quoted(text);
  return quoted(`${text}:value:${choices.length === 0 ? '_files' : `(${choices.join(' ')})`}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
