import type { FlagOption, ValueOption } from './command.ts';
import { outputFormats, type OutputFormat } from './output.ts';
import { oneOf, toManagerUrl, toPortName, toText } from './values.ts';

/** Options of every command: how to write. */
export const outputOptions: {
  readonly output: ValueOption<OutputFormat>;
  readonly quiet: FlagOption;
  readonly verbose: FlagOption;
  readonly 'no-color': FlagOption;
} = {
  output: {
    about: 'form of the data on standard output',
    alias: 'o',
    value: 'FORMAT',
    choices: outputFormats,
    parse: (text) => oneOf(outputFormats, text),
  },
  quiet: { about: 'say nothing but data, warnings and errors', alias: 'q' },
  verbose: { about: 'say more: causes of errors, what the session does', alias: 'v' },
  'no-color': { about: 'no colours' },
};

/** Options of commands that read the project file. */
export const projectOptions: {
  readonly file: ValueOption<string>;
  readonly profile: ValueOption<string>;
  readonly manager: ValueOption<URL>;
} = {
  file: { about: 'project file; default: the nearest intercept.yaml', alias: 'f', value: 'FILE', parse: toText },
  profile: { about: 'profile of the project file', value: 'NAME', parse: toPortName },
  manager: { about: 'address of the manager; default http://127.0.0.1:7480', value: 'URL', parse: toManagerUrl },
};

/** The option of commands that work with one key. */
export const keyOption: { readonly key: ValueOption<string> } = {
  key: { about: 'your routing key; default: your name', alias: 'k', value: 'KEY', parse: toText },
};
