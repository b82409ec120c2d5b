import { nearestWord } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { parseOption, type AnyCommand, type Option, type Positional, type RawArgs, type ValueOption } from './command.ts';
import { toSynopsis, type ProgramDescription } from './program-description.ts';

/** The parser library's view of a command line: a bag of values, not yet checked. */
export type Values = Readonly<Record<string, unknown>>;

/** Checks a bag of values against what a command takes. Throws `bad_usage` with the nearest right word. */
export function toRawArgs(program: ProgramDescription, command: AnyCommand, values: Values): RawArgs {
  const options = { ...command.options, ...program.commonOptions };
  const positionals = Object.fromEntries(
    Object.entries(command.positionals).map(([name, positional]) => [name, toWords(program, command, name, positional, values[name])]),
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
  for (const [name, text] of given) {
    const option = program.commonOptions[name];
    if (option !== undefined && 'parse' in option && typeof text === 'string') parseOption(name, option, text);
  }
  return { positionals, options: Object.fromEntries(given), rest };
}

function toWords(program: ProgramDescription, command: AnyCommand, name: string, { kind }: Positional, value: unknown): readonly string[] {
  const words = value === undefined ? [] : wordsOf(value);
  if (words.length === 0 && kind === 'required') {
    throw new InterceptError('bad_usage', `\`${command.metadata.name}\` needs a ${name.toUpperCase()}.`, {
      hint: `Type it as: ${program.name} ${toSynopsis(command)}`,
    });
  }
  return words;
}

function toOptionEntry(name: string, option: Option, value: unknown): readonly (readonly [string, RawArgs['options'][string]])[] {
  if (value === undefined) return [];
  if ('many' in option) {
    const texts = wordsOf(value);
    if (!texts.includes('')) return [[name, texts]];
    throw toValueless(name, option);
  }
  if (Array.isArray(value)) throw new InterceptError('bad_usage', `--${name} is given more than once.`);
  if (!('parse' in option)) return [[name, value === true]];
  if (typeof value === 'string' && value !== '') return [[name, value]];
  throw toValueless(name, option);
}

function toValueless(name: string, { value }: ValueOption): InterceptError {
  return new InterceptError('bad_usage', `--${name} needs a value.`, { hint: `Give it as: --${name} ${value}` });
}

function refuseTooMany(program: ProgramDescription, command: AnyCommand, extra: readonly string[]): void {
  if (extra.length === 0) return;
  const hint =
    command.behaviour.rest === undefined
      ? helpHint(program, command)
      : `A command to run stands after "--": ${program.name} ${toSynopsis(command)}`;
  throw new InterceptError('bad_usage', `"${extra[0] ?? ''}" is one word too many for \`${command.metadata.name}\`.`, { hint });
}

function unknownOption(program: ProgramDescription, command: AnyCommand, name: string, known: readonly string[]): InterceptError {
  const nearest = nearestWord(name, known);
  const shown = name.length === 1 ? `-${name}` : `--${name}`;
  return new InterceptError('bad_usage', `\`${command.metadata.name}\` has no option ${shown}.`, {
    hint: nearest === undefined || name.length === 1 ? helpHint(program, command) : `Did you mean --${nearest}?`,
  });
}

/** What to say of words that are no command. */
export function unknownCommand(program: ProgramDescription, words: readonly string[]): InterceptError {
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
export function wordsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? [value] : [];
}
