#!/usr/bin/env node
import { readDocument } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { createLog, createMetrics, createSystemClock, runMain, type MainContext } from '@switchyard/runtime';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { openManager } from './app.ts';
import { hashToken } from './auth/token-hash.ts';
import { help, parseCommandLine, resolveConfigFile, type Command } from './command-line.ts';
import { managerSchema } from './config/schema.ts';
import { version } from './version.ts';

/** A shorter token could be found by trying. */
const shortestToken = 32;

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
    case 'run':
      return await run(command, context);
  }
});

async function run(command: Command & { t: 'run' }, { signal, env, cwd, stderr }: MainContext): Promise<number> {
  const config = await readDocument(resolveConfigFile(command.config, env, cwd), managerSchema);
  const format = command.logFormat ?? (stderr.isTTY ? 'text' : 'json');
  const log = createLog({ name: 'switchyard-manager', level: command.logLevel, format });
  await using manager = await openManager(config, { clock: createSystemClock(), log, metrics: createMetrics() });
  if (!signal.aborted) await once(signal, 'abort');
  log.info('stopping', { graceMs: config.limits.drainGraceMs });
  await manager.drain();
  return 0;
}

function toHash(input: string): string {
  const token = input.trim();
  if (token.length >= shortestToken) return hashToken(token);
  throw new InterceptError('bad_usage', `The token has ${token.length} characters; a random one has at least ${shortestToken}.`, {
    hint: 'Make one: openssl rand -hex 32 | tee alice.token | switchyard-manager hash-token',
  });
}
