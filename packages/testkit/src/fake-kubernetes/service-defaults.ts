import type { FakeObject, OpenObject } from './object.ts';

interface ServiceSpec {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly ports?: readonly { readonly port: number; readonly protocol?: string; readonly targetPort?: number | string }[];
}

/** Completes Services as an API server does: an address of the cluster's, a protocol and a target for every port, and so on. */
export function createServiceDefaults(): (object: FakeObject, before: FakeObject | undefined) => FakeObject {
  let addresses = 0;
  const toAddress = (): string => {
    addresses += 1;
    return `10.96.${addresses >> 8}.${addresses & 255}`;
  };
  return (object, before) => {
    if (object.kind !== 'Service' || object.apiVersion !== 'v1') return object;
    const given = toSpec(object);
    const kept = toSpec(before);
    const ports = given.ports?.map((port) => ({ ...port, protocol: port.protocol ?? 'TCP', targetPort: port.targetPort ?? port.port }));
    const spec = {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ...(given.type === 'ExternalName'
        ? {}
        : {
            clusterIP: given.clusterIP ?? kept.clusterIP ?? toAddress(),
            internalTrafficPolicy: 'Cluster',
            ipFamilies: ['IPv4'],
            ipFamilyPolicy: 'SingleStack',
          }),
      ...given,
      ...(ports === undefined ? {} : { ports }),
    };
    return { ...object, spec } as FakeObject;
  };
}

function toSpec(object: FakeObject | undefined): ServiceSpec {
  return (object as OpenObject | undefined)?.['spec'] ?? {};
}
