import { InterceptError } from '@switchyard/contract';
import type { Context } from './context.ts';

/** An option with a value: `--NAME VALUE`. */
export interface ValueOption<T = unknown> {
  readonly about: string;
  readonly alias?: string;
  /** How the value is called in help: `N`, `URL`. */
  readonly value: string;
  /** The only values there are, for help and completion. */
  readonly choices?: readonly string[];
  /** Turns the text into the checked value; throws `bad_usage` with a clause that begins after the option's name. */
  readonly parse: (text: string) => T;
}

/** An option that may be given several times: `--NAME VALUE --NAME VALUE`. */
export interface ListOption<T = unknown> extends ValueOption<T> {
  readonly many: true;
}

/** An option without a value: `--NAME`, false unless given. */
export interface FlagOption {
  readonly about: string;
  readonly alias?: string;
}

/** What may stand after a command's name with dashes. */
export type Option = ValueOption | ListOption | FlagOption;

/** A word after the command's name. */
export interface Positional<T = unknown> {
  readonly about: string;
  readonly kind: 'required' | 'optional' | 'many';
  readonly choices?: readonly string[];
  readonly parse: (text: string) => T;
}

/** A command's options by their names, as they are typed. */
export type Options = Readonly<Record<string, Option>>;
/** A command's words by their names, in the order in which they are typed. */
export type Positionals = Readonly<Record<string, Positional>>;

type OptionValues<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends ListOption<infer T>
    ? readonly T[]
    : O[Name] extends ValueOption<infer T>
      ? T | undefined
      : boolean;
};

type PositionalValues<P extends Positionals> = {
  readonly [Name in keyof P]: P[Name] extends Positional<infer T> & { readonly kind: infer Kind }
    ? Kind extends 'required'
      ? T
      : Kind extends 'optional'
        ? T | undefined
        : readonly T[]
    : never;
};

/** What a handler gets: the checked options and words, and what stands after `--`. */
export type Args<P extends Positionals, O extends Options> = PositionalValues<P> & OptionValues<O> & { readonly rest: readonly string[] };

/** What a command is, as data. Help, completion, the reference page and the parser derive from it. */
export interface Command<P extends Positionals = Positionals, O extends Options = Options> {
  readonly metadata: {
    /** One or two words: `run`, `config validate`. */
    readonly name: string;
    /** One line, no full stop. */
    readonly about: string;
    /** Whole lines that can be typed, with what they do. */
    readonly examples: readonly (readonly [line: string, about: string])[];
  };
  readonly positionals: P;
  readonly options: O;
  readonly behaviour: {
    /** Takes a command line of its own after `--`, called so in help. */
    readonly rest?: string;
  };
  /** Does the work and answers the exit code; throws `InterceptError` for a failure. */
  handler(args: Args<P, O>, context: Context): Promise<number>;
}

/** A command whose arguments are checked against its own description before its handler runs. */
export interface AnyCommand extends Omit<Command, 'handler'> {
  readonly invoke: (values: RawArgs, context: Context) => Promise<number>;
}

/** What stood on the command line: texts, not yet parsed. */
export interface RawArgs {
  readonly positionals: Readonly<Record<string, readonly string[]>>;
  readonly options: Readonly<Record<string, string | readonly string[] | boolean>>;
  readonly rest: readonly string[];
}

/** Binds a description to its handler, so that the handler's arguments have the types that the description says. */
export function defineCommand<const P extends Positionals, const O extends Options>(command: Command<P, O>): AnyCommand {
  const { handler, ...description } = command;
  return { ...description, invoke: (raw, context) => handler(parseArgs(command, raw), context) };
}

/** The one cast of this package: each value comes out of the parser that its type was inferred from. */
function parseArgs<P extends Positionals, O extends Options>(command: Command<P, O>, raw: RawArgs): Args<P, O> {
  const values: Record<string, unknown> = { rest: raw.rest };
  for (const [name, positional] of Object.entries(command.positionals)) {
    const parsed = (raw.positionals[name] ?? []).map((text) => positional.parse(text));
    values[name] = positional.kind === 'many' ? parsed : parsed[0];
  }
  for (const [name, option] of Object.entries(command.options)) {
    const given = raw.options[name];
    if ('many' in option) values[name] = (Array.isArray(given) ? given : []).map((text: string) => parseOption(name, option, text));
    else if ('parse' in option) values[name] = typeof given === 'string' ? parseOption(name, option, given) : undefined;
    else values[name] = given === true;
  }
  return values as Args<P, O>;
}

/** An option's value out of its text; the message of a failure begins with the option's name. */
export function parseOption(name: string, option: ValueOption, text: string): unknown {
  try {
    return option.parse(text);
  } catch (reason) {
    const { code, message, hint } = InterceptError.from(reason);
    throw new InterceptError(code, `--${name}: ${message}`, { cause: reason, ...(hint === undefined ? {} : { hint }) });
  }
}
