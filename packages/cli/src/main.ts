#!/usr/bin/env node
import { InterceptError } from '@switchyard/contract';
import { runMain } from '@switchyard/runtime';
import { homedir, hostname, userInfo } from 'node:os';
import { runProgram } from './program.ts';
import { toPersonsFolder } from './wrapper.ts';

await runMain((context) => {
  const hangUp = new AbortController();
  process.once('SIGHUP', () => hangUp.abort(new InterceptError('canceled', 'The terminal was closed.', { detail: { signal: 'SIGHUP' } })));
  return runProgram({
    argv: context.argv,
    env: context.env,
    cwd: toPersonsFolder(context.env, context.cwd),
    home: homedir(),
    osUser: osUserName(),
    hostName: hostname(),
    pid: process.pid,
    stdin: process.stdin,
    stdout: context.stdout,
    stderr: context.stderr,
    signal: AbortSignal.any([context.signal, hangUp.signal]),
    onExit(fn) {
      process.on('exit', fn);
      return () => void process.off('exit', fn);
    },
  });
});

/** A container may run as a user that its /etc/passwd does not know. */
function osUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
