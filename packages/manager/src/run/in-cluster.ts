import { parseDocument, readDocument } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { createMetrics, createSystemClock, type MainContext } from '@switchyard/runtime';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { openAudit } from '../audit/open-audit.ts';
import { openClusterManager } from '../cluster/open-cluster-manager.ts';
import { resolveConfigFile, type Command } from '../command-line.ts';
import type { ClusterConfig } from '../config/manager-config.ts';
import { clusterSchema } from '../config/cluster-schema.ts';
import { openNamespaceClient } from './namespace-client.ts';
import { createProcessLog } from './process-log.ts';

/** Runs a manager of the Services of a namespace until the process is told to stop. */
export async function runInCluster(command: Command & { t: 'cluster' }, context: MainContext): Promise<number> {
  const { signal, env } = context;
  const config = await readConfig(command.config, context);
  const podAddress = toVariable(env, 'POD_IP', 'status.podIP');
  if (isIP(podAddress) === 0) throw new InterceptError('bad_config', `POD_IP is "${podAddress}", which is no IP address.`);
  const identity = toVariable(env, 'POD_NAME', 'metadata.name');
  const deps = { clock: createSystemClock(), log: createProcessLog(command, context), metrics: createMetrics() };
  await using client = await openNamespaceClient(deps, command, env);
  await using audit = await openAudit(
    config.audit,
    { ...deps, stdout: context.stdout },
    { namespace: client.namespace, manager: identity },
  );
  try {
    await using manager = await openClusterManager(config, { ...deps, audit, client, identity, podAddress, signal });
    if (!signal.aborted) await once(signal, 'abort');
    deps.log.info('stopping', { graceMs: config.limits.drainGraceMs });
    await manager.drain();
  } catch (error) {
    // Told to stop before it was ready.
    if (!signal.aborted || InterceptError.from(error).code !== 'canceled') throw error;
  }
  return 0;
}

async function readConfig(file: string | undefined, { env, cwd }: MainContext): Promise<ClusterConfig> {
  if (file !== undefined) return await readDocument(resolveConfigFile(file, env, cwd), clusterSchema);
  return parseDocument('apiVersion: switchyard.dev/v1\nkind: Manager\n', 'the defaults', clusterSchema);
}

function toVariable(env: MainContext['env'], name: string, field: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new InterceptError('bad_config', `${name} is not set, and a manager in a cluster needs it.`, {
    hint: `Let the pod's environment have it from the field ${field}.`,
  });
}
