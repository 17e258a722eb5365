import { Argument } from 'commander';
import type { AddCommand } from '../command-definition.ts';
import { bashCompletion } from '../completion/bash-completion.ts';
import { fishCompletion } from '../completion/fish-completion.ts';
import { zshCompletion } from '../completion/zsh-completion.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
type Shell = keyof typeof SCRIPTS;

export function completionCommand(add: AddCommand): void {
  add({
    usage: 'completion',
    description: 'write the script by which a shell completes commands and options',
    examples: [
      'completion bash > ~/.local/share/bash-completion/completions/tickless',
      'completion zsh > ~/.zfunc/_tickless',
      'completion fish > ~/.config/fish/completions/tickless.fish',
    ],
    configure: (command) => command.addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS))),
    async action({ outline, print }, _options, shell) {
      // The argument's choices are the scripts' names.
      const script = SCRIPTS[shell as Shell](outline());
      print({ shell, script }, script);
      return 0;
    },
  });
}
