import type { ServiceInfo } from '@switchyard/contract';
import type { Caller, ManagerApi, ManagerInfo } from '@switchyard/tunnel';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Registry } from '../registry/registry.ts';

/** What the API stands on. */
export interface ManagerApiDeps {
  readonly authenticate: Authenticator;
  readonly registry: Registry;
  readonly info: Omit<ManagerInfo, 'owner'>;
  /** The services as they stand now. */
  readonly listServices: () => readonly ServiceInfo[];
}

/** The unary API of a manager. Everybody who is somebody sees everything; each removes only what is theirs. */
export function createManagerApi({ authenticate, registry, info, listServices }: ManagerApiDeps): ManagerApi {
  return {
    // Without a proof: it says which proof is wanted.
    info: async (caller) => ({ ...info, owner: identifyIfProven(authenticate, caller) }),
    listServices: async (caller) => {
      authenticate(caller);
      return listServices();
    },
    listIntercepts: async (caller) => {
      authenticate(caller);
      return registry.list();
    },
    removeIntercepts: async (caller, filter) => registry.remove(authenticate(caller), filter),
  };
}

function identifyIfProven(authenticate: Authenticator, caller: Caller): string | undefined {
  try {
    return authenticate(caller);
  } catch {
    return undefined;
  }
}
