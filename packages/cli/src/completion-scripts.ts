/** The shells that can complete this program's words. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
/** One of `shells`. */
export type Shell = (typeof shells)[number];

/**
 * The scripts: each hands the words typed so far to the program and offers what it answers. SHELL says in which form the answers come:
 * `word`, `word:about` for zsh, or `word TAB about` for fish.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `_intercept_completions() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
  mapfile -t COMPREPLY < <(compgen -W "$(SHELL=bash intercept --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)" -- "$current")
}
complete -o default -F _intercept_completions intercept
`,
  zsh: `#compdef intercept
_intercept_completions() {
  local -a answers
  answers=("\${(@f)$(SHELL=zsh intercept --get-yargs-completions "\${words[@]:0:$CURRENT}" 2>/dev/null)}")
  _describe 'intercept' answers || _files
}
compdef _intercept_completions intercept
`,
  fish: `function __intercept_completions
  set -lx SHELL fish
  intercept --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null
end
complete -c intercept -f -a '(__intercept_completions)'
`,
  powershell: `Register-ArgumentCompleter -Native -CommandName intercept -ScriptBlock {
  param($word, $ast, $position)
  $env:SHELL = 'powershell'
  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += '""' }
  intercept --get-yargs-completions @words 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
};
