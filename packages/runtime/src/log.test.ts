import { InterceptError, type Log } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { createLog, type LogFormat, type LogLevel } from './log.ts';

const noon = new Date(2026, 0, 2, 12, 3, 4);

function record(format: LogFormat, level: LogLevel = 'debug'): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string): void => void lines.push(line) };
  return { log: createLog({ name: 'test', level, format, destination, date: () => noon }), lines };
}

test('a text line is short: time, level, event, fields', () => {
  const { log, lines } = record('text');
  log.info('session_opened', { owner: 'alice', client: 'laptop', gone: undefined });
  expect(lines).toEqual(['12:03:04 info  session_opened owner=alice client=laptop\n']);
});

test('a text value cannot fake a field or a line', () => {
  const { log, lines } = record('text');
  log.warn('odd', { client: 'a owner=bob\nb', empty: '' });
  expect(lines).toEqual(['12:03:04 warn  odd client="a owner=bob\\nb" empty=""\n']);
});

test('a text line carries the chain of causes', () => {
  const { log, lines } = record('text');
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  log.warn('dial_failed', {}, new InterceptError('upstream_unreachable', 'Not reachable.', { cause }));
  expect(lines[0]).toContain('error="[upstream_unreachable] Not reachable.: connect ECONNREFUSED 127.0.0.1:1"');
});

test('a json line has time, level, name, event and fields', () => {
  const { log, lines } = record('json');
  log.with({ session: 's1' }).info('session_opened', { owner: 'alice' });
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: noon.toISOString(),
    level: 'info',
    name: 'test',
    event: 'session_opened',
    session: 's1',
    owner: 'alice',
  });
});

test('an expected error is logged without its stack, a fault of ours with it', () => {
  const { log, lines } = record('json');
  log.error('failed', {}, new InterceptError('internal', 'Broken.', { cause: new InterceptError('tunnel_lost', 'Lost.') }));
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    error: {
      code: 'internal',
      message: 'Broken.',
      stack: expect.stringContaining('log.test.ts'),
      cause: { code: 'tunnel_lost', message: 'Lost.' },
    },
  });
  expect(JSON.parse(lines[0] ?? '').error.cause).not.toHaveProperty('stack');
});

test('a circular chain of causes ends', () => {
  const { log, lines } = record('json');
  const error = new Error('round');
  error.cause = error;
  log.error('failed', {}, error);
  log.error('failed', {}, 'only text');
  expect(lines).toHaveLength(2);
});

test('lines under the level are dropped', () => {
  const { log, lines } = record('text', 'warn');
  log.error('a');
  log.warn('b');
  log.info('c');
  log.with({ x: 1 }).debug('d');
  expect(lines).toHaveLength(2);
});
