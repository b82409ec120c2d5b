import { InterceptError, type Clock, type Log } from '@switchyard/contract';
import { isReadyRouter, managerName, openForwardSocket, pods, routerSelector, type KubeClient } from '@switchyard/kube';
import { openManagerClient, type Access } from '@switchyard/tunnel';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { cliLimits } from '../../limits.ts';
import { explainFailure } from './explaining-client.ts';
import type { Pod } from './pod.ts';

/** A way to the manager. Dispose closes what it needed. */
export interface Way extends AsyncDisposable {
  readonly url: URL;
  /** Whether connections go there from this machine's own address, so that the manager sees it. */
  readonly direct: boolean;
  /** Why the way failed last, where it knows more than who goes it. */
  readonly lastError: InterceptError | undefined;
}

/** What the search for a way needs. */
export interface ReachDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
  readonly access: Access;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The pod that this process runs in, where that is one of the same cluster. */
  readonly pod: Pod | undefined;
  /** The manager that the person named. */
  readonly named: URL | undefined;
}

/** The port of the manager's API. */
const apiPort = 7480;

/**
 * The named manager; in a pod of the cluster its Service; else a private socket whose connections the API server forwards to a ready pod of
 * the manager, picked anew for each. Rejects with `manager_unreachable` where no pod is ready, and as `openForwardSocket` does.
 */
export async function openWay(deps: ReachDeps): Promise<Way> {
  const { clock, client, access, pod, named } = deps;
  if (named !== undefined) return toPlainWay(named, pod !== undefined);
  // Whether it has a certificate is the installer's choice.
  const insides = ['http', 'https'].map((scheme) => new URL(`${scheme}://${managerName}.${client.namespace}.svc:${apiPort}`));
  if (pod !== undefined) for (const url of insides) if (await answers(clock, url, access)) return toPlainWay(url, true);
  return openForward(deps);
}

function toPlainWay(url: URL, direct: boolean): Way {
  return { url, direct, lastError: undefined, [Symbol.asyncDispose]: async () => {} };
}

/** Why a call over `way` failed: who makes it only sees that the connection broke, and the way knows why. */
export function toCause(error: InterceptError, { lastError }: Way, client: KubeClient): InterceptError {
  return error.code === 'manager_unreachable' && lastError !== undefined ? explainFailure(lastError, { type: undefined, client }) : error;
}

/** Looks whether there is a way, without going it. Rejects with `manager_unreachable` where no pod of the manager is ready. */
export async function findWay({ client, pod, named }: Pick<ReachDeps, 'client' | 'pod' | 'named'>): Promise<void> {
  if (named === undefined && pod === undefined) await pickReadyPod(client, new AbortController().signal);
}

async function openForward({ clock, log, client, env }: ReachDeps): Promise<Way> {
  const pickPod = (signal: AbortSignal): Promise<string> => pickReadyPod(client, signal);
  // Said before anything is made.
  await pickPod(new AbortController().signal);
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const folder = runtime === '' ? tmpdir() : runtime;
  const socket = await openForwardSocket({ clock, log, client }, { namespace: client.namespace, port: apiPort, folder, pickPod });
  return {
    url: socket.url,
    direct: false,
    get lastError() {
      return socket.lastError;
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}

/** Any of them will do; the same one for all would carry everybody. */
async function pickReadyPod(client: KubeClient, signal: AbortSignal): Promise<string> {
  const [[label, value] = []] = Object.entries(routerSelector);
  const { items } = await client.list(pods, { labelSelector: `${label}=${value}`, signal });
  const ready = items.filter(isReadyRouter);
  const picked = ready.length === 0 ? undefined : ready[randomInt(ready.length)];
  if (picked !== undefined) return picked.metadata.name;
  throw new InterceptError('manager_unreachable', `No pod of the manager is ready in the namespace ${client.namespace}.`, {
    hint: `See kubectl get pods -n ${client.namespace} -l ${label}=${value}.`,
  });
}

async function answers(clock: Clock, url: URL, access: Access): Promise<boolean> {
  // The call must name somebody; what a manager is, it tells everybody.
  await using manager = openManagerClient({ url, access, owner: 'anybody', token: undefined, clock, timeoutMs: cliLimits.probeMs.value });
  return await manager.info().then(
    () => true,
    () => false,
  );
}
