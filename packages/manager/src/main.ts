#!/usr/bin/env node
import { InterceptError } from '@switchyard/contract';
import { runMain } from '@switchyard/runtime';
import { text } from 'node:stream/consumers';
import { hashToken } from './auth/token-hash.ts';
import { help, parseCommandLine } from './command-line.ts';
import { version } from './version.ts';

/** A shorter token could be found by trying. */
const shortestToken = 32;

// Each command reads its own part only: a standalone manager does without the libraries of a cluster's.
await runMain(async (context) => {
  const command = parseCommandLine(context.argv);
  switch (command.t) {
    case 'help':
      context.stdout.write(help);
      return 0;
    case 'version':
      context.stdout.write(`${version}\n`);
      return 0;
    case 'hash-token':
      context.stdout.write(`${toHash(await text(process.stdin))}\n`);
      return 0;
    case 'standalone': {
      const { runStandalone } = await import('./run/standalone.ts');
      return await runStandalone(command, context);
    }
    case 'cluster': {
      const { runInCluster } = await import('./run/in-cluster.ts');
      return await runInCluster(command, context);
    }
    case 'release': {
      const { release } = await import('./run/release.ts');
      return await release(command, context);
    }
    case 'watchdog': {
      const { watchOver } = await import('./run/watchdog.ts');
      return await watchOver(command, context);
    }
  }
});

function toHash(input: string): string {
  const token = input.trim();
  if (token.length >= shortestToken) return hashToken(token);
  throw new InterceptError('bad_usage', `The token has ${token.length} characters; a random one has at least ${shortestToken}.`, {
    hint: 'Make one: openssl rand -hex 32 | tee alice.token | switchyard-manager hash-token',
  });
}
