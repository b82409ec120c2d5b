import { nearestWord } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import yargs, { type Argv } from 'yargs';
import type { AnyCommand, Option, Options, Positional, RawArgs } from './command.ts';

/** What a command line asks for. */
export type Request =
  /** `text` is to be shown: help, or the words that the shell asked for. */
  | { readonly t: 'text'; readonly text: string }
  | { readonly t: 'version' }
  | { readonly t: 'run'; readonly command: AnyCommand; readonly args: RawArgs };

/** How the program is called, and what every command takes besides its own options. */
export interface ProgramDescription {
  readonly name: string;
  readonly about: string;
  readonly commands: readonly AnyCommand[];
  /** What a command's first word means where it has two: `config`. */
  readonly groups: Readonly<Record<string, string>>;
  readonly commonOptions: Options;
  /** Ends the help of the program. */
  readonly epilogue: string;
}

/** How a command is typed: `run SERVICE [-- COMMAND...]`. */
export function toSynopsis(command: AnyCommand): string {
  const words = Object.entries(command.positionals).map(([name, { kind }]) => {
    const word = name.toUpperCase();
    return kind === 'required' ? word : kind === 'optional' ? `[${word}]` : `[${word}...]`;
  });
  const { rest } = command.behaviour;
  return [command.metadata.name, ...words, ...(rest === undefined ? [] : [`[-- ${rest}]`])].join(' ');
}

/** Reads a command line; this file alone knows the parser library. Throws `bad_usage` with the nearest right word. */
export function parseCommandLine(program: ProgramDescription, argv: readonly string[]): Request {
  const { chosen, values, output } = parse(program, argv);
  if (argv[0] === '--get-yargs-completions') return { t: 'text', text: withoutShortForms(output) };
  if (output !== '') return { t: 'text', text: output };
  if (chosen !== undefined) return { t: 'run', command: chosen, args: toRawArgs(program, chosen, values) };
  const words = wordsOf(values['_']);
  if (words.length === 0 && values['version'] === true) return { t: 'version' };
  throw unknownCommand(program, words);
}

/** The library spells one-letter aliases as `--p`, which nobody types. */
function withoutShortForms(completions: string): string {
  return completions
    .split('\n')
    .filter((line) => !/^--\w(?:$|[:\t])/.test(line))
    .join('\n');
}

/** The library's view of a command line: a bag of values, not yet checked. */
type Values = Readonly<Record<string, unknown>>;

interface Parsed {
  readonly chosen: AnyCommand | undefined;
  readonly values: Values;
  /** What the library wants to have shown: help or completions. */
  readonly output: string;
}

/** The library only parses: it checks nothing, prints nothing and ends nothing. */
function parse(program: ProgramDescription, argv: readonly string[]): Parsed {
  let chosen: AnyCommand | undefined;
  let result: Parsed = { chosen: undefined, values: {}, output: '' };
  const parser = createParser(program, argv, (command) => (chosen = command));
  // The promise is for asynchronous builders, of which there are none.
  void parser.parse([...argv], {}, (error: Error | null | undefined, values: Values, output: string) => {
    if (error) throw InterceptError.from(error, 'bad_usage');
    result = { chosen, values, output };
  });
  return result;
}

function createParser(program: ProgramDescription, argv: readonly string[], choose: (command: AnyCommand) => void): Argv {
  const parser = yargs([...argv])
    .scriptName(program.name)
    .locale('en')
    .usage(`${program.about}\n\nUsage: $0 COMMAND`)
    .exitProcess(false)
    .version(false)
    .option('version', { type: 'boolean', describe: 'show the version', global: false })
    .help('help', 'show help')
    .alias('help', 'h')
    .wrap(110)
    .parserConfiguration({
      'populate--': true,
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    })
    .epilogue(program.epilogue);
  for (const command of program.commands.filter(({ metadata }) => !metadata.name.includes(' '))) {
    addCommand(parser, program, command, command.metadata.name, choose);
  }
  for (const [group, about] of Object.entries(program.groups)) addGroup(parser, program, { group, about }, choose);
  return parser;
}

function addGroup(
  parser: Argv,
  program: ProgramDescription,
  { group, about }: { readonly group: string; readonly about: string },
  choose: (command: AnyCommand) => void,
): void {
  const build = (scope: Argv): void => {
    scope.usage(`${about}\n\nUsage: $0 ${group} COMMAND`);
    for (const command of program.commands) {
      const [first, second] = command.metadata.name.split(' ');
      if (first === group && second !== undefined) addCommand(scope, program, command, second, choose);
    }
  };
  parser.command(group, about, (scope) => {
    build(scope);
  });
}

function addCommand(
  parser: Argv,
  program: ProgramDescription,
  command: AnyCommand,
  word: string,
  choose: (command: AnyCommand) => void,
): void {
  const names = Object.entries(command.positionals).map(([name, { kind }]) => (kind === 'many' ? `[${name}..]` : `[${name}]`));
  const build = (scope: Argv): void => {
    scope.usage(`${command.metadata.about}\n\nUsage: $0 ${toSynopsis(command)}`).epilogue('');
    for (const [name, { about, choices }] of Object.entries(command.positionals)) {
      scope.positional(name, { type: 'string', describe: about, ...(choices === undefined ? {} : { choices }) });
    }
    for (const [name, option] of Object.entries({ ...command.options, ...program.commonOptions }))
      scope.option(name, toParserOption(option));
    for (const [line, about] of command.metadata.examples) scope.example(line, about);
  };
  parser.command(
    [word, ...names].join(' '),
    command.metadata.about,
    (scope) => {
      build(scope);
    },
    () => choose(command),
  );
}

function toParserOption(option: Option): { type: 'string' | 'boolean'; describe: string; alias?: string } {
  const alias = option.alias === undefined ? {} : { alias: option.alias };
  if (!('parse' in option)) return { type: 'boolean', describe: option.about, ...alias };
  const form = option.choices === undefined ? option.value : option.choices.join('|');
  return { type: 'string', describe: `${form}: ${option.about}`, ...alias };
}

function toRawArgs(program: ProgramDescription, command: AnyCommand, values: Values): RawArgs {
  const options = { ...command.options, ...program.commonOptions };
  const positionals = Object.fromEntries(
    Object.entries(command.positionals).map(([name, positional]) => [name, toWords(command, name, positional, values[name])]),
  );
  const declared = new Set([...Object.keys(options), ...Object.keys(positionals)]);
  for (const name of Object.keys(values)) {
    if (!declared.has(name) && !['_', '$0', '--', 'help', 'version'].includes(name))
      throw unknownOption(program, command, name, Object.keys(options));
  }
  refuseTooMany(program, command, wordsOf(values['_']).slice(command.metadata.name.split(' ').length));
  const rest = wordsOf(values['--']);
  if (rest.length > 0 && command.behaviour.rest === undefined) {
    throw new InterceptError('bad_usage', `\`${command.metadata.name}\` takes nothing after "--".`, { hint: helpHint(program, command) });
  }
  const given = Object.entries(options).flatMap(([name, option]) => toOptionEntry(name, option, values[name]));
  return { positionals, options: Object.fromEntries(given), rest };
}

function toWords(command: AnyCommand, name: string, { kind }: Positional, value: unknown): readonly string[] {
  const words = value === undefined ? [] : wordsOf(value);
  if (words.length === 0 && kind === 'required') {
    throw new InterceptError('bad_usage', `\`${command.metadata.name}\` needs a ${name.toUpperCase()}.`, {
      hint: `Type it as: ${toSynopsis(command)}`,
    });
  }
  return words;
}

function toOptionEntry(name: string, option: Option, value: unknown): readonly (readonly [string, string | boolean])[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) throw new InterceptError('bad_usage', `--${name} is given more than once.`);
  if (!('parse' in option)) return [[name, value === true]];
  if (typeof value === 'string' && value !== '') return [[name, value]];
  throw new InterceptError('bad_usage', `--${name} needs a value.`, { hint: `Give it as --${name} ${option.value}.` });
}

function refuseTooMany(program: ProgramDescription, command: AnyCommand, extra: readonly string[]): void {
  if (extra.length === 0) return;
  const hint =
    command.behaviour.rest === undefined ? helpHint(program, command) : `A command to run stands after "--": ${toSynopsis(command)}`;
  throw new InterceptError('bad_usage', `"${extra[0] ?? ''}" is one word too many for \`${command.metadata.name}\`.`, { hint });
}

function unknownOption(program: ProgramDescription, command: AnyCommand, name: string, known: readonly string[]): InterceptError {
  const nearest = nearestWord(name, known);
  const shown = name.length === 1 ? `-${name}` : `--${name}`;
  return new InterceptError('bad_usage', `\`${command.metadata.name}\` has no option ${shown}.`, {
    hint: nearest === undefined || name.length === 1 ? helpHint(program, command) : `Did you mean --${nearest}?`,
  });
}

function unknownCommand(program: ProgramDescription, words: readonly string[]): InterceptError {
  const [first, second] = words;
  const inGroup = first !== undefined && Object.hasOwn(program.groups, first);
  const known = program.commands
    .map(({ metadata }) => metadata.name.split(' '))
    .flatMap((parts) => (inGroup ? (parts[0] === first ? (parts[1] ?? []) : []) : (parts[0] ?? [])));
  const word = inGroup ? second : first;
  const prefix = inGroup ? `${first} ` : '';
  const list = `There are: ${[...new Set(known)].map((name) => prefix + name).join(', ')}.`;
  if (word === undefined)
    return new InterceptError('bad_usage', `\`${program.name} ${prefix}\` needs a command.`.replace(' `', '`'), { hint: list });
  const nearest = nearestWord(word, known);
  return new InterceptError('bad_usage', `There is no command "${prefix}${word}".`, {
    hint: nearest === undefined ? list : `Did you mean "${prefix}${nearest}"?`,
  });
}

function helpHint(program: ProgramDescription, command: AnyCommand): string {
  return `See \`${program.name} ${command.metadata.name} --help\`.`;
}

/** Words of the command line, however the library typed them. */
function wordsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? [value] : [];
}
