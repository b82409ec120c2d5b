import { InterceptError, type Clock } from '@switchyard/contract';
import type { ManagerInfo } from '@switchyard/tunnel';
import type { FullApi } from './manager-api.ts';

/**
 * The unary API of a manager in a cluster: it says what it is. Everything else is the API server's, which knows who asks and what they may
 * do; what the manager read or wrote in their place would be with its own rights.
 */
export function createClusterApi(clock: Pick<Clock, 'date'>, info: Pick<ManagerInfo, 'version' | 'protocol'>): FullApi {
  const refuse = async (): Promise<never> => {
    throw new InterceptError(
      'not_signed_in',
      'This manager runs in a cluster, where it cannot tell who calls, so that it only says what it is.',
      {
        hint: 'Intercepts are objects of the Kubernetes API there. Ask the API server with your own kubeconfig: leave out --manager, or use `kubectl get intercepts`.',
      },
    );
  };
  return {
    info: async () => ({ ...info, auth: 'kubernetes', owner: undefined, now: clock.date(), policy: undefined }),
    listServices: refuse,
    listIntercepts: refuse,
    removeIntercepts: refuse,
    renewIntercept: refuse,
    explain: refuse,
    removeIntercept: refuse,
    listEvents: refuse,
    followEvents: refuse,
  };
}
