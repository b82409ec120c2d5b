import { InterceptError } from '@switchyard/contract';
import yargs, { type Argv, type Options as YargsOptions } from 'yargs';
import type { AnyCommand, Option, RawArgs } from './command.ts';
import { toSynopsis, type ProgramDescription } from './program-description.ts';
import { toRawArgs, unknownCommand, wordsOf, type Values } from './raw-args.ts';

/** What a command line asks for. */
export type Request =
  /** `text` is to be shown: help, or the words that the shell asked for. */
  | { readonly t: 'text'; readonly text: string }
  | { readonly t: 'version' }
  | { readonly t: 'run'; readonly command: AnyCommand; readonly args: RawArgs };

/** What a shell's completion script puts before the words typed so far. */
const completionFlag = '--get-yargs-completions';

/** Reads a command line; this file alone knows the parser library. Throws `bad_usage` with the nearest right word. */
export function parseCommandLine(program: ProgramDescription, argv: readonly string[]): Request {
  const { chosen, values, output } = parse(program, argv);
  if (argv[0] === completionFlag) return { t: 'text', text: withoutShortForms(output) };
  if (output !== '') return { t: 'text', text: withRequiredWords(program, output) };
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

/** The library is told that every word is optional, as it words the lack of one in its own way; help tells the truth. */
function withRequiredWords({ name: programName, commands }: ProgramDescription, help: string): string {
  return commands.reduce((text, { metadata, positionals }) => {
    const [word] = Object.entries(positionals).flatMap(([name, { kind }]) => (kind === 'required' ? [name] : []));
    return text.replace(`${programName} ${metadata.name} [${word}] `, `${programName} ${metadata.name} <${word}> `);
  }, help);
}

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
  const binding: Binding = { program, completing: argv[0] === completionFlag, choose: (command) => (chosen = command) };
  // The promise is for asynchronous builders, of which there are none.
  void createParser(binding, argv).parse([...argv], {}, (error: Error | null | undefined, values: Values, output: string) => {
    if (error) throw InterceptError.from(error, 'bad_usage');
    result = { chosen, values, output };
  });
  return result;
}

/** What ties the program's description to the library. */
interface Binding {
  readonly program: ProgramDescription;
  /** A shell asks: only then the library knows choices, as it words their refusal in its own way. */
  readonly completing: boolean;
  readonly choose: (command: AnyCommand) => void;
}

function createParser(binding: Binding, argv: readonly string[]): Argv {
  const { program } = binding;
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
  for (const command of program.commands) {
    const [word = '', second] = command.metadata.name.split(' ');
    if (second === undefined) addCommand(parser, binding, command, word);
  }
  for (const [group, about] of Object.entries(program.groups)) addGroup(parser, binding, group, about);
  return parser;
}

function addGroup(parser: Argv, binding: Binding, group: string, about: string): void {
  parser.command(group, about, (scope) => {
    scope.usage(`${about}\n\nUsage: $0 ${group} COMMAND`);
    for (const command of binding.program.commands) {
      const [first, word] = command.metadata.name.split(' ');
      if (first === group && word !== undefined) addCommand(scope, binding, command, word);
    }
  });
}

function addCommand(parser: Argv, { program, completing, choose }: Binding, command: AnyCommand, word: string): void {
  const names = Object.entries(command.positionals).map(([name, { kind }]) => (kind === 'many' ? `[${name}..]` : `[${name}]`));
  const build = (scope: Argv): void => {
    scope.usage(`${command.metadata.about}\n\nUsage: $0 ${toSynopsis(command)}`).epilogue('');
    for (const [name, { about, choices }] of Object.entries(command.positionals)) {
      scope.positional(name, { type: 'string', describe: about, ...toChoices(completing, choices) });
    }
    for (const [name, option] of Object.entries({ ...command.options, ...program.commonOptions })) {
      scope.option(name, toParserOption(option, completing));
    }
    for (const [line, about] of command.metadata.examples) scope.example(line, about);
  };
  const handle = (): void => choose(command);
  parser.command([word, ...names].join(' '), command.metadata.about, (scope) => build(scope), handle);
}

function toParserOption(option: Option, completing: boolean): YargsOptions {
  const alias = option.alias === undefined ? {} : { alias: option.alias };
  if (!('parse' in option)) return { type: 'boolean', describe: option.about, ...alias };
  const form = option.choices === undefined ? option.value : option.choices.join('|');
  return { type: 'string', describe: `${form}: ${option.about}`, ...alias, ...toChoices(completing, option.choices) };
}

function toChoices(completing: boolean, choices: readonly string[] | undefined): Pick<YargsOptions, 'choices'> {
  return completing && choices !== undefined ? { choices } : {};
}
