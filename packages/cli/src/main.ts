#!/usr/bin/env node
import { createSystemClock, runMain, type MainContext } from '@switchyard/runtime';
import { homedir, hostname, userInfo } from 'node:os';
import type { Host } from './host.ts';
import { runProgram } from './program.ts';
import { toPersonsFolder } from './wrapper.ts';

muteServerNameWarning();
await runMain((context) => runProgram(toHost(context)));

function toHost({ argv, env, cwd, stdout, stderr, signal }: MainContext): Host {
  return {
    argv,
    env,
    cwd: toPersonsFolder(env, cwd),
    home: homedir(),
    osUser: osUserName(),
    hostName: hostname(),
    clock: createSystemClock(),
    stdin: process.stdin,
    stdout,
    stderr,
    signal,
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

/**
 * Node's warning about https://IP-ADDRESS goes unsaid: the gRPC library names the address as the TLS server name, with no way around it,
 * and the person can do nothing about it. The certificate is checked against the address all the same.
 */
function muteServerNameWarning(): void {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if ('code' in warning && warning.code === 'DEP0123') return;
    for (const listener of listeners) listener(warning);
  });
}
