import { readDocument } from '@switchyard/config';
import { createMetrics, createSystemClock, type MainContext } from '@switchyard/runtime';
import { once } from 'node:events';
import { openManager } from '../app.ts';
import { openAudit } from '../audit/open-audit.ts';
import { resolveConfigFile, type Command } from '../command-line.ts';
import { managerSchema } from '../config/schema.ts';
import { createProcessLog } from './process-log.ts';

/** Runs a manager of the services in a file until the process is told to stop. */
export async function runStandalone(command: Command & { t: 'standalone' }, context: MainContext): Promise<number> {
  const { signal, env, cwd } = context;
  const config = await readDocument(resolveConfigFile(command.config, env, cwd), managerSchema);
  const log = createProcessLog(command, context);
  const deps = { clock: createSystemClock(), log, metrics: createMetrics() };
  await using audit = await openAudit(config.audit, { ...deps, stdout: context.stdout }, {});
  await using manager = await openManager(config, { ...deps, audit });
  if (!signal.aborted) await once(signal, 'abort');
  log.info('stopping', { graceMs: config.limits.drainGraceMs });
  await manager.drain();
  return 0;
}
