import { InterceptError, isLabel, parseServiceName, type PortInfo, type PortProtocol } from '@switchyard/contract';
import {
  edgeAnnotation,
  managerName,
  networkPolicies,
  pods,
  routedServices,
  services,
  type KubeClient,
  type KubeObject,
  type NetworkPolicy,
  type Pod,
  type ResourceType,
  type RoutedService,
  type Service,
  type ServicePort,
} from '@switchyard/kube';
import { allowsBehindNetworkPolicy, type Policy } from '@switchyard/policy';
import { findBypassed, findServiceRefusal, isOwnService, readWishes, toPortKey } from '@switchyard/takeover';
import type { ControlledService, Routing } from '../control.ts';
import { toRefused } from '../progress.ts';
import { readPolicies } from './check-policies.ts';
import { managerNotInstalled } from './explaining-client.ts';
import { toDate } from './intercept-object.ts';

/** What the services of a namespace are, seen through the API. */
interface View {
  readonly routed: ReadonlyMap<string, RoutedService>;
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly pods: readonly Pod[];
  /** Of the namespace; undefined where the person may not read them. */
  readonly policies: readonly Policy[] | undefined;
  /** The manager's own. */
  readonly manager: Service;
}

/**
 * The services of the namespace, but for our own, with how they are routed and why they cannot be. Rejects with `manager_not_installed`.
 * What the person may not look at is left to the manager, which has the last word.
 */
export async function listClusterServices(client: KubeClient): Promise<readonly ControlledService[]> {
  const [found, routed, guards, baseline, policies] = await Promise.all([
    client.list(services),
    client.list(routedServices),
    listAllowed(client, networkPolicies),
    listAllowed(client, pods),
    readPolicies(client),
  ]);
  const manager = found.items.find(({ metadata }) => metadata.name === managerName);
  if (manager === undefined) throw managerNotInstalled(client.namespace);
  const view = {
    routed: new Map(routed.items.map((each) => [each.metadata.name, each])),
    networkPolicies: guards,
    pods: baseline,
    policies,
    manager,
  };
  return found.items
    .filter((service) => isLabel(service.metadata.name) && !isOwnService(service))
    .map((service) => toControlledService(service, view))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function listAllowed<T extends KubeObject>(client: KubeClient, type: ResourceType<T>): Promise<readonly T[]> {
  try {
    return (await client.list(type)).items;
  } catch (reason) {
    if (reason instanceof InterceptError && reason.code === 'not_allowed') return [];
    throw reason;
  }
}

function toControlledService(service: Service, view: View): ControlledService {
  const routed = view.routed.get(service.metadata.name);
  return {
    name: parseServiceName(service.metadata.name),
    ports: (service.spec.ports ?? []).map((port) => toPortInfo(service, port, routed)),
    routing: toRouting(service, routed, view),
  };
}

function toPortInfo({ metadata: { name: service } }: Service, port: ServicePort, routed: RoutedService | undefined): PortInfo {
  const name = toPortKey(port);
  const isRouted = routed?.status?.phase === 'Routed';
  return {
    name,
    listen: `${service}:${port.port}`,
    baseline: `${isRouted ? routed.spec.shadow : service}:${port.port}`,
    protocol: routed?.spec.ports.find((each) => each.name === name)?.protocol ?? toProtocol(port),
    notes: [],
  };
}

/** As long as the router does not have it: only what is plainly no HTTP is told. */
function toProtocol({ protocol, appProtocol }: ServicePort): PortProtocol {
  return appProtocol === 'tcp' || (protocol !== undefined && protocol !== 'TCP') ? 'tcp' : 'auto';
}

function toRouting(service: Service, routed: RoutedService | undefined, view: View): Routing {
  const status = routed?.status;
  const { edge } = readWishes(service);
  const { networkPolicies: guards, pods: baselinePods, manager, policies } = view;
  const mayBypass = policies === undefined || allowsBehindNetworkPolicy(policies, service.metadata.name);
  const context = { networkPolicies: guards, baselinePods, routed, manager, mayBypass };
  const refusal = findServiceRefusal(service, context);
  const bypassed = policies === undefined ? undefined : findBypassed(service, context);
  const wrong = (status?.conditions ?? []).filter(
    ({ type, status: holds }) => (type === 'Ready' && holds === 'False') || (type === 'Contested' && holds === 'True'),
  );
  return {
    phase: routed === undefined ? 'Free' : (status?.phase ?? 'Preparing'),
    since: toDate(status?.routedSince),
    shadow: routed?.spec.shadow,
    notes: [
      ...wrong.map(({ reason, message }) => `${reason}: ${message}`),
      ...(refusal === undefined ? [] : [refusal.message]),
      ...(bypassed === undefined ? [] : [`NetworkPolicy ${bypassed.metadata.name} cannot tell who calls it through the routers`]),
      ...(edge === 'untrusted' ? [`keys on its requests are dropped (${edgeAnnotation}: untrusted)`] : []),
    ],
    edge,
    ...(refusal === undefined ? {} : { refusal: toRefused(refusal.reason, refusal.message) }),
  };
}
