import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { program as InterceptProgram } from '@switchyard/cli';
import { generatedNote, type Generator } from './generated-file.ts';

type Program = typeof InterceptProgram;
type Command = Program['commands'][number];

/** What a table's cell may hold. */
function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function toOptionRows(options: Program['commonOptions']): string[] {
  return Object.entries(options).map(([name, option]) => {
    const value = 'value' in option ? ` ${option.value}` : '';
    const alias = option.alias === undefined ? '' : `\`-${option.alias}\`, `;
    const choices = 'choices' in option && option.choices !== undefined ? ` (${option.choices.join(', ')})` : '';
    return `| ${alias}\`--${name}${value}\` | ${toCell(`${option.about}${choices}`)} |`;
  });
}

function toTable(title: string, rows: readonly string[]): string[] {
  return rows.length === 0 ? [] : [`| ${title} | |`, '| --- | --- |', ...rows, ''];
}

/** How a command is typed: `run SERVICE [-- COMMAND...]`. */
function toSynopsis({ metadata, positionals, behaviour }: Command): string {
  const words = Object.entries(positionals).map(([name, { kind }]) => {
    const word = name.toUpperCase();
    return kind === 'required' ? word : kind === 'optional' ? `[${word}]` : `[${word}...]`;
  });
  return [metadata.name, ...words, ...(behaviour.rest === undefined ? [] : [`[-- ${behaviour.rest}]`])].join(' ');
}

function toSection(program: Program, command: Command): string {
  const positionals = Object.entries(command.positionals).map(([name, { about }]) => `| \`${name.toUpperCase()}\` | ${toCell(about)} |`);
  const examples = command.metadata.examples.flatMap(([line, about]) => [`# ${about}`, line.replaceAll('$0', program.name)]);
  return [
    `## ${program.name} ${command.metadata.name}`,
    '',
    `${command.metadata.about}.`,
    '',
    '```sh',
    `${program.name} ${toSynopsis(command)}`,
    '```',
    '',
    ...toTable('argument', positionals),
    ...toTable('option', toOptionRows(command.options)),
    ...(examples.length === 0 ? [] : ['```sh', ...examples, '```', '']),
  ].join('\n');
}

/** `docs/reference/cli.md`, from the commands that are data. */
export const generateCommandLine: Generator = async (root) => {
  const cli: unknown = await import(pathToFileURL(join(root, 'packages/cli/src/index.ts')).href);
  const { program } = cli as { program: Program };
  const sections = program.commands.map((command) => toSection(program, command));
  const common = ['Every command takes these options as well:', '', ...toTable('option', toOptionRows(program.commonOptions))];
  const text = ['# `intercept`', '', generatedNote('packages/cli/src/commands'), '', program.about, '', ...common, ...sections];
  return [{ path: 'docs/reference/cli.md', text: text.join('\n') }];
};
