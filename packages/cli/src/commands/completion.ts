import { defineCommand, type AnyCommand } from '../command.ts';
import { completionScripts, shells } from '../completion-scripts.ts';
import { oneOf } from '../values.ts';

/** `intercept completion`: what makes a shell complete this program's words. */
export const completion: AnyCommand = defineCommand({
  metadata: {
    name: 'completion',
    about: 'Print the script that makes your shell complete commands and options',
    examples: [
      ['source <($0 completion bash)', 'in ~/.bashrc; zsh alike'],
      ['$0 completion fish | source', 'in ~/.config/fish/config.fish'],
      ['$0 completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
    ],
  },
  positionals: { shell: { about: 'your shell', kind: 'required', choices: shells, parse: (text) => oneOf(shells, text) } },
  options: {},
  behaviour: {},
  async handler({ shell }, { output }) {
    const script = completionScripts[shell];
    output.show({ data: { shell, script }, text: () => script.trimEnd(), plain: [[script.trimEnd()]] });
    return 0;
  },
});
