import { nearestWord } from '@switchyard/config';
import { managerName, type Service } from '@switchyard/kube';
import { findServiceRefusal, toPortKey, toRoutedProtocol } from '@switchyard/takeover';
import type { Claim } from './claim.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Verdict } from './verdict.ts';

/** Why the place that somebody wants to intercept cannot be intercepted by anybody; undefined where it can. */
export type JudgePlace = (place: Pick<Claim, 'service' | 'port'>) => Verdict | undefined;

/** A judge of the Services of `view`; it looks at each Service once. */
export function createPlaceJudge(view: ClusterView): JudgePlace {
  const refusals = new Map<string, Verdict | undefined>();
  return ({ service: name, port }) => {
    const service = view.services.get(name);
    if (service === undefined) return toNotFound(name, [...view.services.keys()]);
    if (!refusals.has(name)) refusals.set(name, judgeService(service, view));
    return refusals.get(name) ?? judgePort(service, port);
  };
}

function judgeService(service: Service, { networkPolicies, pods, routedServices, services, mayBypass }: ClusterView): Verdict | undefined {
  const routed = routedServices.get(service.metadata.name);
  const refusal = findServiceRefusal(service, {
    networkPolicies: networkPolicies.values(),
    baselinePods: pods.values(),
    routed,
    mayBypass: mayBypass(service.metadata.name),
    manager: services.get(managerName),
  });
  return refusal && { holds: false, ...refusal };
}

/** As many as a person reads. */
const mostNames = 16;

function judgePort(service: Service, wanted: string): Verdict | undefined {
  const { name } = service.metadata;
  const port = service.spec.ports?.find((candidate) => toPortKey(candidate) === wanted);
  if (port === undefined) {
    const names = service.spec.ports?.map(toPortKey) ?? [];
    const known = [...names.slice(0, mostNames), ...(names.length > mostNames ? ['others'] : [])].join(', ');
    return { holds: false, reason: 'PortNotFound', message: `${name} has no port "${wanted}"; it has: ${known}.` };
  }
  if (toRoutedProtocol(port) !== 'tcp') return undefined;
  return { holds: false, reason: 'NotHttp', message: `${name}/${wanted} carries raw TCP, and only HTTP requests can be told apart.` };
}

function toNotFound(name: string, known: readonly string[]): Verdict {
  const nearest = nearestWord(name, known);
  const meant = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  return { holds: false, reason: 'ServiceNotFound', message: `This namespace has no Service "${name}".${meant}` };
}
