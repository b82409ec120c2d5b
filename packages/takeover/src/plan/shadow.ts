import { managedByLabel, shadowLabel, toShadowName, type OriginalService, type Service, type ServicePort } from '@switchyard/kube';

/**
 * The Service that leads to the baseline of `service` while `service` itself leads to the routers. Nothing of its owner's metadata is
 * copied: who selects Services by label must not find two.
 */
export function toShadowService(service: Service, original: OriginalService): Service {
  const { ipFamilies, ipFamilyPolicy } = service.spec;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: toShadowName(service.metadata.name), labels: { ...managedByLabel, [shadowLabel]: service.metadata.name } },
    spec: {
      type: 'ClusterIP',
      selector: original.selector,
      ports: (service.spec.ports ?? []).map((port) => toShadowPort(port, original)),
      sessionAffinity: 'None',
      ...(ipFamilies === undefined ? {} : { ipFamilies }),
      ...(ipFamilyPolicy === undefined ? {} : { ipFamilyPolicy }),
    },
  };
}

function toShadowPort({ name, appProtocol, port }: ServicePort, { ports }: OriginalService): ServicePort {
  return {
    ...(name === undefined ? {} : { name }),
    protocol: 'TCP',
    ...(appProtocol === undefined ? {} : { appProtocol }),
    port,
    targetPort: ports.find((original) => original.port === port)?.targetPort ?? port,
  };
}
