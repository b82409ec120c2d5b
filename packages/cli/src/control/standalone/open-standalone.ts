import { InterceptError } from '@switchyard/contract';
import { openManagerClient, type ManagerClient } from '@switchyard/tunnel';
import type { Context } from '../../context.ts';
import type { Settings } from '../../settings.ts';
import { openAgentSession } from '../agent-session.ts';
import type { Control, InterceptionOptions } from '../control.ts';

/** A client of the manager at `url`, as the person that the settings name. The caller disposes it. */
export function openManager({ clock }: Context, { owner, token }: Settings, url: URL): ManagerClient {
  return openManagerClient({ url, owner, token, clock });
}

/** A manager, and a client of it. */
export interface StandaloneManager {
  readonly url: URL;
  readonly manager: ManagerClient;
}

/** Intercepts that live in the memory of one manager, whose client this takes over. */
export function openStandaloneControl(context: Context, settings: Settings, { url, manager }: StandaloneManager): Control {
  const place = `the manager at ${url.host}`;
  return {
    place,
    where: 'at this manager',
    manager: url,
    whoAmI: async () => settings.identity,
    owner: async () => (await manager.info()).owner ?? settings.owner,
    listServices: () => manager.listServices(),
    listIntercepts: () => manager.listIntercepts(),
    removeIntercepts: (filter) => manager.removeIntercepts(filter),
    openInterception: async ({ intercepts, lane, signal }: InterceptionOptions) => {
      refuseDirect(lane);
      const { owner, token } = settings;
      return openAgentSession(context, { manager: place, url, owner, token, intercepts, signal });
    },
    [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose](),
  };
}

function refuseDirect(lane: InterceptionOptions['lane']): void {
  if (lane !== 'direct') return;
  throw new InterceptError('bad_usage', 'The direct lane needs a manager in a cluster, and this process in a pod of its namespace.', {
    hint: 'Leave out --lane.',
  });
}
