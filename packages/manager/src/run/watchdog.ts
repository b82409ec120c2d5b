import { createSystemClock, type MainContext } from '@switchyard/runtime';
import { watchOverNamespace } from '@switchyard/takeover';
import type { Command } from '../command-line.ts';
import { openNamespaceClient } from './namespace-client.ts';
import { createProcessLog } from './process-log.ts';

/** Watches over the managers of a namespace until the process is told to stop. */
export async function watchOver(command: Command & { t: 'watchdog' }, context: MainContext): Promise<number> {
  const deps = { clock: createSystemClock(), log: createProcessLog(command, context) };
  await using client = await openNamespaceClient(deps, command, context.env);
  deps.log.info('watching', { namespace: client.namespace });
  await watchOverNamespace({ ...deps, client }, context.signal);
  return 0;
}
