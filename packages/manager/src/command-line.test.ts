import { InterceptError } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { parseCommandLine, resolveConfigFile, type Command } from './command-line.ts';

const log = { logFormat: undefined, logLevel: 'info' } as const;
const run: Command = { t: 'standalone', config: 'm.yaml', ...log };
const cluster: Command = { t: 'cluster', config: undefined, namespace: undefined, ...log };

const right: readonly (readonly [line: string, command: Command])[] = [
  ['--config m.yaml', run],
  ['--config=m.yaml --log-format json --log-level debug', { t: 'standalone', config: 'm.yaml', logFormat: 'json', logLevel: 'debug' }],
  ['--help', { t: 'help' }],
  ['-h --config m.yaml', { t: 'help' }],
  ['--version', { t: 'version' }],
  ['hash-token', { t: 'hash-token' }],
  ['--role all', cluster],
  ['--role all --config m.yaml -n shop', { ...cluster, config: 'm.yaml', namespace: 'shop' }],
  ['release', { t: 'release', namespace: undefined, ...log }],
  ['release --namespace shop', { t: 'release', namespace: 'shop', ...log }],
  ['watchdog --log-level warn', { t: 'watchdog', namespace: undefined, logFormat: undefined, logLevel: 'warn' }],
];

test.for(right)('%s', ([line, command]) => {
  expect(parseCommandLine(line.split(' '))).toEqual(command);
});

const wrong: readonly (readonly [line: string, message: string, hint: string])[] = [
  ['', 'No configuration was named.', 'Name it with --config FILE, or serve a namespace with --role all.'],
  ['--role router', '--role must be one of all, not "router".', 'See switchyard-manager --help.'],
  ['--config m.yaml -n shop', 'A manager without --role serves no namespace.', 'Add --role all, or leave out --namespace.'],
  ['release orders', 'release takes no argument "orders".', 'Name the namespace with --namespace.'],
  ['release --config m.yaml', 'release reads no file: leave out --config.', 'See switchyard-manager --help.'],
  ['watchdog --role all', 'watchdog is no manager: leave out --role.', 'See switchyard-manager --help.'],
  ['relase', 'There is no command "relase".', 'Did you mean release?'],
  ['--confg m.yaml', 'There is no option --confg.', 'Did you mean --config?'],
  ['--zzz', 'There is no option --zzz.', 'See switchyard-manager --help.'],
  ['--config m.yaml start', 'There is no command "start".', 'See switchyard-manager --help.'],
  ['hash-token hunter2', 'hash-token reads the token from standard input, not from the command line.', 'See switchyard-manager --help.'],
  ['--config m.yaml --log-format xml', '--log-format must be one of json, text, not "xml".', 'See switchyard-manager --help.'],
  [
    '--config m.yaml --log-level trace',
    '--log-level must be one of error, warn, info, debug, not "trace".',
    'See switchyard-manager --help.',
  ],
  ['--config', "Option '--config <value>' argument missing", 'See switchyard-manager --help.'],
];

test.for(wrong)('%s is refused', ([line, message, hint]) => {
  const expected = new InterceptError('bad_usage', message, { hint });
  expect(() => parseCommandLine(line.split(' ').filter(Boolean))).toThrow(
    expect.objectContaining({ code: 'bad_usage', message, hint: expected.hint }),
  );
});

test('under pnpm a relative path counts from where the person is', () => {
  const underPnpm = { npm_lifecycle_event: 'manager', INIT_CWD: '/repo/examples' };
  expect(resolveConfigFile('m.yaml', underPnpm, '/repo')).toBe('/repo/examples/m.yaml');
  expect(resolveConfigFile('/etc/m.yaml', underPnpm, '/repo')).toBe('/etc/m.yaml');
  expect(resolveConfigFile('m.yaml', { ...underPnpm, INIT_CWD: '/repo' }, '/repo')).toBe('m.yaml');
  expect(resolveConfigFile('m.yaml', { INIT_CWD: '/repo/examples' }, '/repo')).toBe('m.yaml');
});
