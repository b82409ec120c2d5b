import { InterceptError } from '@switchyard/contract';
import { openManagerClient, type ManagerClient } from '@switchyard/tunnel';
import type { Context } from '../../context.ts';
import type { Identity } from '../../identity.ts';
import { describeToken, refuseInClear } from '../../token.ts';
import type { Setting, Settings, SettingSource } from '../../settings.ts';
import { measureManager } from '../measure-manager.ts';
import { openAgentSession } from '../agent-session.ts';
import type { Control, InterceptionOptions } from '../control.ts';
import { openProvenInterception } from './proven-interception.ts';

/**
 * A client of a manager, as the person that the settings name. Throws `bad_usage` where a token would go in clear text. Where it cannot be
 * reached, its failure says who named the manager. The caller disposes it.
 */
export function openManager({ clock }: Context, settings: Settings, { value: url, source }: Setting<URL>): ManagerClient {
  const { owner, token, access } = settings;
  if (token !== undefined) refuseInClear(url, token);
  const client = openManagerClient({ url, access, owner, token: token?.value, clock });
  const explained = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (reason) {
      throw withSource(InterceptError.from(reason), toSourceHint(source, settings));
    }
  };
  return {
    info: () => explained(client.info()),
    listServices: () => explained(client.listServices()),
    listIntercepts: () => explained(client.listIntercepts()),
    removeIntercepts: (filter) => explained(client.removeIntercepts(filter)),
    renewIntercept: (id, lifetimeMs) => explained(client.renewIntercept(id, lifetimeMs)),
    watchEvents: (request, onEvent, signal) => explained(client.watchEvents(request, onEvent, signal)),
    explain: (question) => explained(client.explain(question)),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

function withSource(error: InterceptError, words: string | undefined): InterceptError {
  if (error.code !== 'manager_unreachable' || words === undefined) return error;
  return new InterceptError(error.code, error.message, { cause: error, hint: error.hint === undefined ? words : `${error.hint} ${words}` });
}

function toSourceHint(source: SettingSource, { project, userFilePath }: Settings): string | undefined {
  switch (source) {
    case 'flag':
    case 'environment':
      return undefined;
    case 'project':
      return `This address stands in ${project?.path ?? 'the project file'}.`;
    case 'user file':
      return `This address stands in ${userFilePath}.`;
    case 'pod':
      return 'It was looked for there because this pod has a token for it; docs/signing-in.md says what that needs where the manager ends TLS.';
    case 'default':
      return 'There is no kubeconfig, so that a manager on this machine was looked for; a cluster needs one: --kubeconfig, or KUBECONFIG.';
  }
}

/** A manager, and a client of it. */
export interface StandaloneManager {
  readonly url: URL;
  readonly manager: ManagerClient;
  /** Whom a cluster's manager takes the caller for, by a token; undefined where the manager is alone. */
  readonly proven?: string | undefined;
}

/**
 * Intercepts as one manager knows them, whose client this takes over: in its memory, or, where it belongs to a cluster, objects that it
 * writes for who proved who they are.
 */
export function openStandaloneControl(context: Context, settings: Settings, { url, manager, proven }: StandaloneManager): Control {
  const place = `the manager at ${url.host}`;
  return {
    place,
    where: 'at this manager',
    manager: url,
    cluster: undefined,
    whoAmI: async () => toIdentity(settings, proven),
    async identify() {
      const { auth, owner: known, groups = [] } = await manager.info();
      if (auth !== 'none' && known === undefined) throw await explainNobody(manager, place);
      const owner = known ?? settings.owner;
      const by = auth === 'none' ? 'it believes the name that it is told' : `by ${describeToken(settings.token)}`;
      return { user: owner, groups, by: `says ${place}: ${by}` };
    },
    owner: async () => (await manager.info()).owner ?? settings.owner,
    listServices: () => manager.listServices(),
    listMeshes: async () => [],
    listIntercepts: () => manager.listIntercepts(),
    removeIntercepts: (filter) => manager.removeIntercepts(filter),
    renewIntercept: (id, lifetimeMs) => manager.renewIntercept(id, lifetimeMs),
    explain: async (question) => ({ report: await manager.explain(question), outside: [], notes: [] }),
    measureManager: () => measureManager(context.clock, `at ${url.host}`, () => manager.info()),
    readLog: ({ all, follow, signal }, onEntry) => manager.watchEvents({ all, follow, after: undefined }, onEntry, signal),
    async check({ specs, lane }) {
      refuseDirect(lane);
      const { policy } = await manager.info();
      // What only has a key is never refused, and to read the engine takes a start of a command longer than all else.
      const wide = specs.filter(({ key, match }) => key === undefined || match.length > 0);
      if (policy === undefined || wide.length === 0) return;
      const { refuseByPolicy } = await import('@switchyard/policy');
      for (const spec of wide) refuseByPolicy(spec, policy);
    },
    openInterception: async (options) => {
      const { actor, token, access } = settings;
      const way = { manager: place, url, access, actor, token };
      if (proven !== undefined) return openProvenInterception(context, { ...way, owner: proven }, options);
      const { intercepts, signal } = options;
      return openAgentSession(context, { ...way, owner: settings.owner, keyPair: undefined, intercepts, signal });
    },
    [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose](),
  };
}

/** Why a manager that wants proof takes the caller for nobody: what it says where a call needs somebody. */
async function explainNobody(manager: ManagerClient, place: string): Promise<InterceptError> {
  try {
    await manager.listIntercepts();
  } catch (reason) {
    return InterceptError.from(reason);
  }
  return new InterceptError('not_signed_in', `For ${place} you are nobody.`, { hint: 'Name a file with a token: --token-file.' });
}

/** A name that the person gave themselves is stronger than the cluster's: many share a service account. */
function toIdentity({ identity }: Settings, proven: string | undefined): Identity {
  return proven === undefined || identity.source === 'INTERCEPT_USER' ? identity : { user: proven, source: 'your name in the cluster' };
}

function refuseDirect(lane: InterceptionOptions['lane']): void {
  if (lane !== 'direct') return;
  throw new InterceptError('bad_usage', 'The direct lane needs a manager in a cluster, and this process in a pod of its namespace.', {
    hint: 'Leave out --lane.',
  });
}
