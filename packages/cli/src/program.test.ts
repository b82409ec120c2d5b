import { expect, test } from 'vitest';
import { runInProcess } from '../test/run-in-process.ts';
import { commands } from './commands/index.ts';
import { program } from './program.ts';
import { toSynopsis } from './program-description.ts';
import { parseCommandLine } from './register.ts';

const mistakes: readonly (readonly [line: string, message: string, hint: string])[] = [
  [
    '',
    '`intercept` needs a command.',
    'There are: run, up, down, renew, list, status, logs, explain, doctor, login, logout, whoami, key, config, policy, admin, completion.',
  ],
  ['lst', 'There is no command "lst".', 'Did you mean "list"?'],
  [
    'frobnicate',
    'There is no command "frobnicate".',
    'There are: run, up, down, renew, list, status, logs, explain, doctor, login, logout, whoami, key, config, policy, admin, completion.',
  ],
  ['config', '`intercept config` needs a command.', 'There are: config validate, config schema, config view.'],
  ['config chema', 'There is no command "config chema".', 'Did you mean "config schema"?'],
  ['run', '`run` needs a SERVICE.', 'Type it as: intercept run SERVICE [-- COMMAND...]'],
  ['run orders npm', '"npm" is one word too many for `run`.', 'A command to run stands after "--": intercept run SERVICE [-- COMMAND...]'],
  ['list orders', '"orders" is one word too many for `list`.', 'See `intercept list --help`.'],
  ['list -- x', '`list` takes nothing after "--".', 'See `intercept list --help`.'],
  ['run orders --prot 3', '`run` has no option --prot.', 'Did you mean --port?'],
  ['run orders -x', '`run` has no option -x.', 'See `intercept run --help`.'],
  ['run orders --port', '--port needs a value.', 'Give it as: --port N'],
  ['list --output xml', '--output: "xml" is none of text, json, ndjson, yaml, plain.', ''],
  ['run orders --port 70000', '--port: "70000" is not a port: a port is a number from 1 to 65535.', ''],
  ['run orders --port 3000x', '--port: "3000x" is not a port: a port is a number from 1 to 65535.', ''],
  ['run orders --port 1 --port 2', '--port is given more than once.', ''],
  ['run orders --lifetime 8', '--lifetime: "8" is not a duration of at least 1s.', 'Write it as 8h, 1h30m or 30s.'],
  ['run orders --when-away never', '--when-away: "never" is none of fail, baseline.', ''],
  ['run Orders', '"Orders" is not a service name: a name has 1 to 63 lower-case letters, digits and inner hyphens.', ''],
  [
    'list --manager localhost',
    '--manager: "localhost" is not the address of a manager.',
    'Write it as http://HOST:PORT or https://HOST:PORT.',
  ],
  ['up orders=', '"" is not a port: a port is a number from 1 to 65535.', ''],
  ['completion tcsh', '"tcsh" is none of bash, zsh, fish, powershell.', ''],
];

test.for(mistakes)('intercept %s', async ([line, message, hint]) => {
  const argv = line === '' ? [] : line.split(' ');
  const expected = `error: ${message}\n${hint === '' ? '' : `  ${hint}\n`}`;
  expect(await runInProcess(argv)).toEqual({ code: 2, stdout: '', stderr: expected });
});

test('a mistake in the command line is data too, wherever -o stands', async () => {
  for (const flag of [['-o', 'json'], ['-ojson'], ['--output', 'json'], ['--output=json']]) {
    const { code, stdout, stderr } = await runInProcess(['lst', ...flag]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'bad_usage', message: 'There is no command "lst".', hint: 'Did you mean "list"?' },
    });
  }
  expect((await runInProcess(['lst', '-o', 'yaml'])).stdout).toBe(
    'error:\n  code: bad_usage\n  message: There is no command "lst".\n  hint: Did you mean "list"?\n',
  );
  expect((await runInProcess(['list', '--', '-o', 'json'])).stdout).toBe('');
});

test('what stands after -- is not ours', () => {
  const request = parseCommandLine(program, ['run', 'orders', '-p', '3000', '--', 'node', '--help', '--port', '1', '--', '-o', '0x10']);
  expect(request).toMatchObject({
    t: 'run',
    args: { positionals: { service: ['orders'] }, options: { port: '3000' }, rest: ['node', '--help', '--port', '1', '--', '-o', '0x10'] },
  });
});

test('every command has help with its synopsis, options and examples', async () => {
  for (const command of commands) {
    const { code, stdout } = await runInProcess([...command.metadata.name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: intercept ${toSynopsis(command)}\n`);
    for (const option of Object.keys(command.options)) expect(stdout).toContain(`--${option} `);
    for (const [line] of command.metadata.examples) expect(stdout).toContain(line.replaceAll('$0', 'intercept').slice(0, 40));
  }
  expect((await runInProcess(['--help'])).stdout).toContain('INTERCEPT_MANAGER');
});

test('the version', async () => {
  expect(await runInProcess(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
});

test('the key, in every form', async () => {
  expect(await runInProcess(['key'])).toEqual({ code: 0, stdout: 'alice\n', stderr: '' });
  expect(await runInProcess(['key', '-o', 'plain', '-k', 'Bob'])).toEqual({ code: 0, stdout: 'bob\n', stderr: '' });
  expect(await runInProcess(['key', '-o', 'json'])).toEqual({ code: 0, stdout: '{"key":"alice","source":"identity"}\n', stderr: '' });
  expect(await runInProcess(['key', '-o', 'yaml'])).toEqual({ code: 0, stdout: 'key: alice\nsource: identity\n', stderr: '' });
});

test('a shell is offered commands, groups, options and choices', async () => {
  const complete = async (...words: string[]): Promise<string[]> =>
    (await runInProcess(['--get-yargs-completions', 'intercept', ...words])).stdout.trimEnd().split('\n');
  expect(await complete('')).toEqual(expect.arrayContaining(['run', 'up', 'config', 'admin', 'completion']));
  expect(await complete('config', '')).toEqual(['validate', 'schema', 'view']);
  expect(await complete('completion', 'f')).toEqual(['fish']);
  expect(await complete('run', 'orders', '--when-away', '')).toEqual(['fail', 'baseline']);
  const options = await complete('run', 'orders', '--');
  expect(options).toEqual(expect.arrayContaining(['--port', '--key', '--when-away', '--output']));
  expect(options.filter((option) => /^--.$/.test(option))).toEqual([]);
});

test.each(['bash', 'zsh', 'fish', 'powershell'])('the script for %s asks the program', async (shell) => {
  const { code, stdout } = await runInProcess(['completion', shell]);
  expect(code).toBe(0);
  expect(stdout).toContain('intercept --get-yargs-completions');
});
