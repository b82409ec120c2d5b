import type { CarrierName } from '@switchyard/tunnel';
import type { FlagOption, ValueOption } from './command.ts';
import { carrierChoices } from './manager-access.ts';
import { outputFormats, type OutputFormat } from './output.ts';
import { laneChoices, oneOf, toDuration, toLane, toManagerUrl, toNamespace, toPortName, toText, type Lane } from './values.ts';

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

/** Options that name a cluster. */
export const clusterOptions: {
  readonly namespace: ValueOption<string>;
  readonly context: ValueOption<string>;
  readonly kubeconfig: ValueOption<string>;
} = {
  namespace: { about: "namespace of the cluster; default: the context's", alias: 'n', value: 'NAME', parse: toNamespace },
  context: { about: 'context of the kubeconfig; default: its current one', value: 'NAME', parse: toText },
  kubeconfig: { about: 'kubeconfig file; default: KUBECONFIG, else ~/.kube/config', value: 'FILE', parse: toText },
};

/** Options of commands that read the project file. */
export const projectOptions: typeof clusterOptions & {
  readonly file: ValueOption<string>;
  readonly profile: ValueOption<string>;
  readonly manager: ValueOption<URL>;
  readonly 'token-file': ValueOption<string>;
  readonly carrier: ValueOption<CarrierName | 'auto'>;
  readonly ca: ValueOption<string>;
  readonly 'tls-cert': ValueOption<string>;
  readonly 'tls-key': ValueOption<string>;
} = {
  file: { about: 'project file; default: the nearest intercept.yaml', alias: 'f', value: 'FILE', parse: toText },
  profile: { about: 'profile of the project file', value: 'NAME', parse: toPortName },
  manager: {
    about: 'address of the manager; default: that of the namespace, without a kubeconfig http://127.0.0.1:7480',
    value: 'URL',
    parse: toManagerUrl,
  },
  'token-file': {
    about: 'file with what proves who you are to the manager, and nothing else; only you may be able to read it; default: INTERCEPT_TOKEN',
    value: 'FILE',
    parse: toText,
  },
  carrier: {
    about: 'what carries the session; default auto: gRPC, and WebSockets where HTTP/2 does not get through',
    value: 'CARRIER',
    choices: carrierChoices,
    parse: (text) => oneOf(carrierChoices, text),
  },
  ca: { about: "authority of the manager's certificate (PEM), beside those that Node.js trusts", value: 'FILE', parse: toText },
  'tls-cert': { about: 'certificate (PEM) to show to a manager that asks for one', value: 'FILE', parse: toText },
  'tls-key': { about: 'its key (PEM, without a password)', value: 'FILE', parse: toText },
  ...clusterOptions,
};

/** Options of commands that open intercepts. */
export const interceptionOptions: {
  readonly lane: ValueOption<Lane>;
  readonly timeout: ValueOption<number>;
} = {
  lane: {
    about: 'how requests come: through the session, or dialled in the cluster; default: direct in a pod where that works, else tunnel',
    value: 'LANE',
    choices: laneChoices,
    parse: toLane,
  },
  timeout: { about: 'how long each step may take until requests arrive; default 60s', value: 'DURATION', parse: toDuration(1) },
};

/** The option of commands that work with one key. */
export const keyOption: { readonly key: ValueOption<string> } = {
  key: { about: 'your routing key; default: your name', alias: 'k', value: 'KEY', parse: toText },
};

/** Options of commands that change what is others'. */
export const confirmOptions: { readonly yes: FlagOption; readonly 'dry-run': FlagOption } = {
  yes: { about: 'do it without asking', alias: 'y' },
  'dry-run': { about: 'change nothing, only show what would be done' },
};
