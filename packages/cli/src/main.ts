#!/usr/bin/env node
import { InterceptError } from '@switchyard/contract';
import { runMain, type MainContext } from '@switchyard/runtime';
import { homedir, hostname, userInfo } from 'node:os';
import type { Host } from './host.ts';
import { runProgram } from './program.ts';
import { toPersonsFolder } from './wrapper.ts';

await runMain(async (context) => {
  const hangUp = new AbortController();
  process.once('SIGHUP', () => hangUp.abort(new InterceptError('canceled', 'The terminal was closed.', { detail: { signal: 'SIGHUP' } })));
  // Timers of the clock keep no process alive, and a command that waits may have nothing else.
  const keepAlive = setInterval(() => {}, 2 ** 30);
  try {
    return await runProgram(toHost(context, hangUp.signal));
  } finally {
    clearInterval(keepAlive);
  }
});

function toHost({ argv, env, cwd, stdout, stderr, signal }: MainContext, hangUp: AbortSignal): Host {
  return {
    argv,
    env,
    cwd: toPersonsFolder(env, cwd),
    home: homedir(),
    osUser: osUserName(),
    hostName: hostname(),
    stdin: process.stdin,
    stdout,
    stderr,
    signal: AbortSignal.any([signal, hangUp]),
    onExit(fn) {
      process.on('exit', fn);
      return () => void process.off('exit', fn);
    },
  };
}

/** A container may run as a user that its /etc/passwd does not know. */
function osUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
