import { InterceptError, type InterceptId, type InterceptInfo, type Principal } from '@switchyard/contract';
import { intercepts, type Intercept, type KubeClient } from '@switchyard/kube';
import { openManagerClient, type RemovalFilter } from '@switchyard/tunnel';
import type { Context } from '../../context.ts';
import type { Identity } from '../../identity.ts';
import type { Settings } from '../../settings.ts';
import { createAgentKey } from '@switchyard/agent';
import type { Control, ControlledIntercept, Intention } from '../control.ts';
import { measureManager } from '../measure-manager.ts';
import { checkPolicies } from './check-policies.ts';
import { chooseGroups, type GroupChoice } from './choose-groups.ts';
import { rehearseClaim } from './claim.ts';
import { findClosing } from './find-closing.ts';
import { refuseLane } from './lane.ts';
import { listConditions } from './condition-log.ts';
import { toControlledIntercept, toInterceptObject } from './intercept-object.ts';
import { openClusterInterception } from './interception.ts';
import { openClient } from './open-client.ts';
import { listMeshes } from './mesh.ts';
import { findPod } from './pod.ts';
import { findWay, openWay, toCause } from './reach.ts';
import { refuseUnapproved, renewObject, type RenewDeps } from './renew.ts';
import { explainByObjects } from './route-report.ts';
import { listClusterServices } from './services.ts';
import { readPrincipal } from './who-am-i.ts';

/**
 * Intercepts that live as objects of a namespace, with the person's own kubeconfig. `named` is the manager where it is not looked for in
 * the namespace. Rejects with `bad_config` where the kubeconfig is none.
 */
export async function openClusterControl(context: Context, settings: Settings, named: URL | undefined): Promise<Control> {
  const { host } = context;
  const client = await openClient(context, settings, 'use');
  const { actor } = settings;
  let principal: Promise<Principal> | undefined;
  const whoIs = (): Promise<Principal> => (principal ??= readPrincipal(client));
  let choice: Promise<GroupChoice> | undefined;
  const claimAs = (): Promise<GroupChoice> => (choice ??= whoIs().then((whole) => chooseGroups(client, whole)));
  const userName = async (): Promise<string> => (await whoIs()).user;
  const place = `the namespace ${client.namespace} (context ${client.context})`;
  return {
    place,
    where: `in ${place}`,
    manager: undefined,
    cluster: { context: client.context, namespace: client.namespace },
    whoAmI: async () => toIdentity(settings, await userName()),
    identify: async () => ({ ...(await whoIs()), by: `says the API server at ${client.server}: by the context ${client.context}` }),
    owner: userName,
    listServices: () => listClusterServices(client),
    listMeshes: () => listMeshes(client),
    listIntercepts: () => listIntercepts(client),
    removeIntercepts: async (filter) => removeIntercepts(client, await userName(), filter),
    renewIntercept: (id, lifetimeMs) => renewIntercept({ clock: context.clock, log: context.log, client }, id, lifetimeMs),
    explain: (question) => explainByObjects(client, question),
    async measureManager() {
      await using way = await openWay({
        ...context,
        access: settings.access,
        env: host.env,
        client,
        pod: findPod(host.env, client),
        named,
      });
      await using manager = openManagerClient({
        url: way.url,
        access: settings.access,
        owner: settings.owner,
        token: undefined,
        clock: context.clock,
      });
      const words = way.direct ? `at ${way.url.host}` : `through ${named === undefined ? 'the API server' : named.host}`;
      return await measureManager(context.clock, words, () => manager.info()).catch((reason: unknown) => {
        throw toCause(InterceptError.from(reason), way, client);
      });
    },
    async readLog({ follow }, onEntry) {
      if (follow) throw toNoFollowing(client.namespace);
      for (const entry of await listConditions(client)) onEntry(entry);
    },
    async check({ specs, lane }: Intention) {
      const pod = findPod(host.env, client);
      refuseLane(lane, pod);
      const groups = await claimAs();
      const claimant = { principal: groups.principal, actor, client: host.hostName, publicKey: createAgentKey().publicKey };
      const objects = specs.map((spec) => toInterceptObject(spec, claimant));
      for (const object of objects) groups.check(object);
      const asked = lane === 'direct' ? objects.map((object) => withLane(object, 'Direct')) : objects;
      const rehearsals = objects.map((object) =>
        rehearseClaim(client, object).catch((reason) => Promise.reject(groups.explain(InterceptError.from(reason)))),
      );
      const [waiting] = await Promise.all([checkPolicies({ ...context, client }, asked), ...rehearsals]);
      await findWay({ client, pod, named });
      if (groups.note !== undefined) context.output.warn(groups.note);
      for (const sentence of waiting) context.output.say(sentence);
    },
    openInterception: async (options) =>
      openClusterInterception(
        context,
        { client, access: settings.access, principal: (await claimAs()).principal, actor, named, pod: findPod(host.env, client) },
        options,
      ),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

function toNoFollowing(namespace: string): InterceptError {
  return new InterceptError('bad_usage', 'In a cluster the log is what the objects say now, which cannot be followed.', {
    hint: `Leave out --follow, or use: kubectl get intercepts -n ${namespace} --watch`,
  });
}

/** A name that the person gave themselves is stronger than the cluster's: many share a service account. */
function toIdentity({ identity }: Settings, user: string): Identity {
  return identity.source === 'INTERCEPT_USER' ? identity : { user, source: 'your name in the cluster' };
}

async function listIntercepts(client: KubeClient): Promise<readonly ControlledIntercept[]> {
  return (await client.list(intercepts)).items.flatMap((object) => toControlledIntercept(object) ?? []);
}

async function renewIntercept(deps: RenewDeps, id: InterceptId, lifetimeMs: number | undefined): Promise<InterceptInfo> {
  const object = await deps.client.get(intercepts, id);
  if (object === undefined) throw new InterceptError('intercept_not_found', `The intercept ${id} is gone.`, { hint: 'Run it again.' });
  refuseUnapproved(object);
  // One that lives on for longer than policies allow would be ended.
  if (lifetimeMs !== undefined) {
    const lifetimeSeconds = Math.ceil(lifetimeMs / 1_000);
    await checkPolicies(deps, [{ ...object, spec: { ...object.spec, lifetimeSeconds } }]);
  }
  const [renewed, closing] = await Promise.all([renewObject(deps, object, lifetimeMs), findClosing(deps.client)]);
  return closing !== undefined && closing.at < renewed.expiresAt ? { ...renewed, closing } : renewed;
}

function withLane(object: Intercept, lane: Intercept['spec']['lane'] & string): Intercept {
  return { ...object, spec: { ...object.spec, lane } };
}

async function removeIntercepts(client: KubeClient, user: string, filter: RemovalFilter): Promise<readonly InterceptInfo[]> {
  const { items } = await client.list(intercepts);
  const removed = items.filter((object) => isMeant(object, user, filter)).map((object) => removeIntercept(client, object));
  return (await Promise.all(removed)).flat();
}

function isMeant({ spec }: Intercept, user: string, { service, key, keyless = false }: RemovalFilter): boolean {
  const isKey = keyless ? spec.key === undefined : key === undefined || spec.key === key;
  return spec.owner.user === user && (service === undefined || spec.service === service) && isKey;
}

async function removeIntercept(client: KubeClient, object: Intercept): Promise<readonly InterceptInfo[]> {
  const { name, uid } = object.metadata;
  const info = toControlledIntercept(object);
  const removed = await client.delete(intercepts, name, uid === undefined ? {} : { uid });
  return removed && info !== undefined ? [info] : [];
}
