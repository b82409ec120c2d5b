import { InterceptError } from '@switchyard/contract';
import type { ManagerApi, ManagerInfo } from '@switchyard/tunnel';

/**
 * The unary API of a manager in a cluster: it says what it is. Everything else is the API server's, which knows who asks and what they may do; what
 * the manager read or wrote in their place would be with its own rights.
 */
export function createClusterApi(info: Pick<ManagerInfo, 'version' | 'protocol'>): ManagerApi {
  const refuse = async (): Promise<never> => {
    throw new InterceptError('not_allowed', 'This manager runs in a cluster, where intercepts are objects of the Kubernetes API.', {
      hint: 'Ask the API server with your own kubeconfig: leave out --manager, or use `kubectl get intercepts`.',
    });
  };
  return {
    info: async () => ({ ...info, auth: 'kubernetes', owner: undefined }),
    listServices: refuse,
    listIntercepts: refuse,
    removeIntercepts: refuse,
  };
}
