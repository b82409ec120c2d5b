import { InterceptError } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createOutput, toTable, type Output, type OutputFormat } from './output.ts';

interface Screen {
  readonly output: Output;
  readonly text: { stdout: string; stderr: string };
  readonly clock: ReturnType<typeof createFakeClock>;
}

function createScreen(
  options: {
    format?: OutputFormat;
    quiet?: boolean;
    verbose?: boolean;
    color?: boolean;
    isTTY?: boolean;
    env?: Record<string, string>;
  } = {},
): Screen {
  const text = { stdout: '', stderr: '' };
  const clock = createFakeClock();
  const { isTTY = false, format = 'text', quiet = false, verbose = false, color = true, env = {} } = options;
  const sink = (name: 'stdout' | 'stderr') => ({ isTTY, write: (chunk: string) => (text[name] += chunk) });
  return {
    output: createOutput({ format, quiet, verbose, color, env, clock, stdout: sink('stdout'), stderr: sink('stderr') }),
    text,
    clock,
  };
}

const view = {
  data: { key: 'alice' },
  text: () => 'your key is alice',
  plain: [
    ['alice', 'x'],
    ['bob', 'y'],
  ],
};
const error = new InterceptError('port_in_use', 'Port 1 is taken.', { hint: 'Take another.', cause: new Error('EADDRINUSE') });

test.each([
  ['text', 'your key is alice\n'],
  ['json', '{"key":"alice"}\n'],
  ['yaml', 'key: alice\n'],
  ['plain', 'alice\tx\nbob\ty\n'],
] as const)('data as %s', (format, expected) => {
  const { output, text } = createScreen({ format });
  output.show(view);
  expect(text).toEqual({ stdout: expected, stderr: '' });
});

test('an error is the document, unless one was written already', () => {
  const fresh = createScreen({ format: 'json' });
  fresh.output.fail(error);
  expect(fresh.text).toEqual({
    stdout: '{"error":{"code":"port_in_use","message":"Port 1 is taken.","hint":"Take another."}}\n',
    stderr: '',
  });
  const late = createScreen({ format: 'json' });
  late.output.show(view);
  late.output.fail(error);
  expect(late.text).toEqual({ stdout: '{"key":"alice"}\n', stderr: 'error: Port 1 is taken.\n  Take another.\n' });
});

test('causes are told only when asked for, or when the fault is ours', () => {
  const verbose = createScreen({ verbose: true });
  verbose.output.fail(error);
  expect(verbose.text.stderr).toBe('error: Port 1 is taken.\n  Take another.\n  because: EADDRINUSE\n');
  const ours = createScreen();
  ours.output.fail(InterceptError.from(new TypeError('x is not a function')));
  expect(ours.text.stderr).toMatch(
    /^error: x is not a function\n {2}This is a fault of Switchyard itself; please report it\.\n {2}because: TypeError: x is not a function\n +at /,
  );
});

test('--quiet silences words, not warnings', () => {
  const { output, text } = createScreen({ quiet: true });
  output.say('hello');
  output.wait('waiting')();
  output.warn('careful');
  expect(text.stderr).toBe('warning: careful\n');
});

test.each([
  [{ isTTY: true }, true],
  [{ isTTY: false }, false],
  [{ isTTY: true, color: false }, false],
  [{ isTTY: true, env: { NO_COLOR: '1' } }, false],
  [{ isTTY: true, env: { NO_COLOR: '' } }, true],
  [{ isTTY: true, env: { TERM: 'dumb' } }, false],
])('colours with %j: %s', (options, colored) => {
  const { output, text } = createScreen(options);
  output.warn('x');
  expect(text.stderr.includes('\u001b[')).toBe(colored);
});

test('a wait is a line without a terminal, and a turning sign that goes away with one', () => {
  const plain = createScreen();
  plain.output.wait('asking')();
  expect(plain.text.stderr).toBe('asking\n');
  const { output, text, clock } = createScreen({ isTTY: true, color: false });
  const stop = output.wait('asking');
  clock.advance(80);
  expect(text.stderr).toBe('\r⠋ asking\r⠙ asking');
  output.say('something else');
  expect(text.stderr).toBe('\r⠋ asking\r⠙ asking\r\u001b[2Ksomething else\n');
  stop();
  expect(clock.pending).toBe(0);
});

test('columns are as wide as they need', () => {
  expect(
    toTable(
      ['A', 'LONG', 'C'],
      [
        ['aaa', 'b', ''],
        ['a', 'b', 'c'],
      ],
      (_, text) => text,
    ),
  ).toBe('A    LONG  C\naaa  b\na    b     c');
});
