import { InterceptError, type Clock } from '@switchyard/contract';
import { isRouter, pods, readPodLog, routerSelector, type KubeClient, type PodLogOptions } from '@switchyard/kube';
import { sleep } from '@switchyard/runtime';
import { explainFailure, managerNotInstalled } from '../control/cluster/explaining-client.ts';
import { cliLimits } from '../limits.ts';
import { readAuditEntry, type AuditEntry } from './audit-entry.ts';

/** What the reader works with. */
export interface AuditLogDeps {
  readonly clock: Clock;
  readonly client: KubeClient;
  readonly signal: AbortSignal;
}

/** The audit records that the managers' logs still have. */
export interface AuditLog {
  /** In the order of time, each once. */
  readonly entries: readonly AuditEntry[];
  /** Since when nothing is missing, as far as the logs themselves go back; undefined where they are empty. */
  readonly completeSince: Date | undefined;
}

const container = 'manager';

/** Reads what the logs of all managers of the namespace have, of containers before the last restart too. Rejects with `not_allowed`. */
export async function readAuditLog(deps: AuditLogDeps): Promise<AuditLog> {
  const logs = await Promise.all((await listManagers(deps)).map((pod) => readPod(deps, pod)));
  const entries = new Map(logs.flatMap((log) => log.entries).map((entry) => [entry.id, entry]));
  const begins = logs.flatMap(({ begin }) => (begin === undefined ? [] : [begin]));
  return {
    entries: [...entries.values()].toSorted((left, right) => left.at.getTime() - right.at.getTime()),
    completeSince: begins.length === 0 ? undefined : new Date(Math.max(...begins)),
  };
}

/**
 * Calls `onEntry` with each record from `since` on, as it comes, until the signal is aborted; also those of managers that come later, and
 * of logs that broke off.
 */
export async function followAuditLog(deps: AuditLogDeps, since: Date, onEntry: (entry: AuditEntry) => void): Promise<void> {
  const { clock, signal } = deps;
  const following = new Set<string>();
  const seen = createSeen();
  const take = (entry: AuditEntry): void => {
    if (seen(entry.id)) onEntry(entry);
  };
  const denied = new AbortController();
  const begin = async (pod: string): Promise<void> => {
    following.add(pod);
    try {
      await followPod(deps, pod, since, take);
    } catch (reason) {
      // It may have broken off, and is read anew; only a missing right does not heal.
      if (InterceptError.from(reason).code === 'not_allowed') denied.abort(reason);
    } finally {
      following.delete(pod);
    }
  };
  while (!signal.aborted) {
    const managers = await listManagers(deps);
    for (const pod of managers) if (!following.has(pod)) void begin(pod);
    await sleep(clock, cliLimits.auditLookMs.value, AbortSignal.any([signal, denied.signal])).catch(() => {});
    denied.signal.throwIfAborted();
  }
}

/** Says of each id whether it comes for the first time, as far as it remembers. */
function createSeen(): (id: string) => boolean {
  const ids = new Set<string>();
  return (id) => {
    if (ids.has(id)) return false;
    ids.add(id);
    const [oldest] = ids;
    if (ids.size > cliLimits.auditLines.value && oldest !== undefined) ids.delete(oldest);
    return true;
  };
}

async function listManagers({ client }: AuditLogDeps): Promise<readonly string[]> {
  const labelSelector = Object.entries(routerSelector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const managers = (await client.list(pods, { labelSelector })).items.filter((pod) => isRouter(pod));
  if (managers.length === 0) throw managerNotInstalled(client.namespace);
  return managers.map(({ metadata }) => metadata.name);
}

interface PodAudit {
  readonly entries: readonly AuditEntry[];
  /** When its first line was written, epoch milliseconds. */
  readonly begin: number | undefined;
}

async function readPod(deps: AuditLogDeps, pod: string): Promise<PodAudit> {
  const [before, now] = [await readOne(deps, pod, true), await readOne(deps, pod, false)];
  return { entries: [...before.entries, ...now.entries], begin: before.begin ?? now.begin };
}

/** Empty where there is no such container, or its log is gone. */
async function readOne(deps: AuditLogDeps, pod: string, previous: boolean): Promise<PodAudit> {
  const entries: AuditEntry[] = [];
  let begin: number | undefined;
  try {
    for await (const { time, text } of readLines(deps, pod, { previous })) {
      begin ??= Date.parse(time);
      const entry = readAuditEntry(text);
      if (entry !== undefined) entries.push(entry);
    }
  } catch (reason) {
    const { code } = InterceptError.from(reason);
    if (code !== 'cluster_refused' && code !== 'cluster_not_found') throw reason;
  }
  return { entries, begin };
}

async function followPod(deps: AuditLogDeps, pod: string, since: Date, take: (entry: AuditEntry) => void): Promise<void> {
  for await (const { text } of readLines(deps, pod, { follow: true, sinceTime: since.toISOString() })) {
    const entry = readAuditEntry(text);
    if (entry !== undefined && entry.at >= since) take(entry);
  }
}

async function* readLines({ clock, client, signal }: AuditLogDeps, pod: string, options: Partial<PodLogOptions>) {
  const [tailLines, silentMs] = [cliLimits.auditLines.value, cliLimits.auditSilentMs.value];
  try {
    yield* readPodLog({ clock, client }, pod, { ...options, container, tailLines, silentMs, signal });
  } catch (reason) {
    throw explainFailure(InterceptError.from(reason), { type: pods, client, purpose: 'use' });
  }
}
