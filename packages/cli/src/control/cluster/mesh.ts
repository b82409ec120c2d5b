import { InterceptError } from '@switchyard/contract';
import { isRouter, peerAuthentications, pods, type KubeClient, type Pod } from '@switchyard/kube';

/** The meshes that are known. Closed. */
export type MeshName = 'Istio' | 'Istio (ambient)' | 'Linkerd';

/** What of a mesh there is in a namespace. */
export interface Mesh {
  readonly name: MeshName;
  /** How many pods take part in it, the routers left out. */
  readonly pods: number;
  /** Whether the routers take part in it. */
  readonly routers: boolean;
  /** A PeerAuthentication of the namespace that has pods refuse plaintext; undefined where none is seen. */
  readonly strict: string | undefined;
}

/** The meshes that pods of the namespace take part in. Rejects as `KubeClient.list`. */
export async function listMeshes(client: KubeClient): Promise<readonly Mesh[]> {
  const [{ items }, strict] = await Promise.all([client.list(pods), findStrict(client)]);
  return findMeshes(items, strict);
}

/** The meshes that `all` pods of a namespace take part in. */
export function findMeshes(all: readonly Pod[], strict: string | undefined): readonly Mesh[] {
  const [routers, others] = [all.filter(isRouter), all.filter((pod) => !isRouter(pod))];
  return (['Istio', 'Istio (ambient)', 'Linkerd'] as const).flatMap((name) => {
    const takesPart = (pod: Pod): boolean => meshOf(pod) === name;
    const count = others.filter(takesPart).length;
    const hasRouters = routers.some(takesPart);
    if (count === 0 && !hasRouters) return [];
    return [{ name, pods: count, routers: hasRouters, strict: name === 'Linkerd' ? undefined : strict }];
  });
}

function meshOf({ metadata: { annotations = {} }, spec: { containers = [], initContainers = [] } = {} }: Pod): MeshName | undefined {
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  if (names.has('istio-proxy')) return 'Istio';
  if (names.has('linkerd-proxy')) return 'Linkerd';
  return annotations['ambient.istio.io/redirection'] === 'enabled' ? 'Istio (ambient)' : undefined;
}

/** The mesh's own namespace may have one for all; that is not for everybody to read. */
async function findStrict(client: KubeClient): Promise<string | undefined> {
  try {
    const { items } = await client.list(peerAuthentications);
    return items.find(({ spec }) => spec?.mtls?.mode === 'STRICT')?.metadata.name;
  } catch (reason) {
    if (reason instanceof InterceptError && (reason.code === 'cluster_not_found' || reason.code === 'not_allowed')) return undefined;
    throw reason;
  }
}
