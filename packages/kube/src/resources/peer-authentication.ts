import type { KubeObject, ResourceType } from './meta.ts';

/** What a workload takes in an Istio mesh. */
export interface PeerAuthentication extends KubeObject {
  readonly spec?: { readonly mtls?: { readonly mode?: 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT' } };
}

/** Istio's, where it is installed. */
export const peerAuthentications: ResourceType<PeerAuthentication> = {
  group: 'security.istio.io',
  version: 'v1',
  kind: 'PeerAuthentication',
  plural: 'peerauthentications',
  namespaced: true,
};
