import {
  managedByLabel,
  managerName,
  protectedAnnotation,
  routerSelector,
  shadowLabel,
  type NetworkPolicy,
  type Pod,
  type RoutedService,
  type Service,
  type ServiceRefusal,
} from '@switchyard/kube';
import { includesLabels, matchesLabels } from './label-selector.ts';
import { findOwnSelector, findRecord, selectsRouters } from './original.ts';
import { toPortKey } from './port-key.ts';
import { readWishes } from './wishes.ts';

/** Why a Service cannot be taken over. */
export interface Refusal {
  readonly reason: ServiceRefusal;
  /** One sentence for people. */
  readonly message: string;
}

/** What decides besides the Service itself. */
export interface RefusalContext {
  readonly networkPolicies: Iterable<NetworkPolicy>;
  /** Pods that may be behind the Service; what it does not select is passed over. */
  readonly baselinePods: Iterable<Pod>;
  /** The takeover that is there already. */
  readonly routed?: RoutedService | undefined;
  /** Whether traffic through the routers may get past the NetworkPolicies of its pods. Default false. */
  readonly mayBypass?: boolean;
  /** The manager's own Service: what protects it, protects the namespace. */
  readonly manager?: Service | undefined;
}

/** Why `service` cannot be taken over, or must be given back; undefined where nothing speaks against it. */
export function findServiceRefusal(service: Service, context: RefusalContext): Refusal | undefined {
  const { name } = service.metadata;
  const selector = findOwnSelector(service, findRecord(service, context.routed));
  const refuse = (reason: ServiceRefusal, why: string): Refusal => ({ reason, message: `${name} cannot be intercepted: ${why}.` });

  if (isOwnService(service)) return refuse('OwnService', 'it is a part of Switchyard itself');
  if (isProtected(service)) return refuse('Protected', `it is protected (annotation ${protectedAnnotation})`);
  if (isProtected(context.manager))
    return refuse('Protected', `its whole namespace is protected (annotation ${protectedAnnotation} of the Service ${managerName})`);
  const unfit = findUnfit(service);
  if (unfit !== undefined) return refuse(unfit.reason, unfit.why);
  const [invalid] = readWishes(service).invalid;
  if (invalid !== undefined) return refuse('InvalidAnnotation', invalid);
  // Whoever selects routers without a record of before would lead the router to itself.
  if (selector === undefined && selectsRouters(service))
    return refuse('OwnService', 'it already selects the routers, and no record says what it selected before');
  if (selector === undefined || Object.keys(selector).length === 0)
    return refuse('NoSelector', 'it has no selector, its endpoints are managed by hand');
  // Its baseline would be the router itself: one request could go round for ever.
  if (selectsSomeRouters(selector, context)) return refuse('OwnService', 'its selector asks for router pods');
  const policy = context.mayBypass === true ? undefined : findIngressPolicy(selector, context);
  return (
    policy &&
    refuse(
      'NetworkPolicy',
      `NetworkPolicy ${policy.metadata.name} restricts who may connect to its pods, and traffic through the router would not be told apart`,
    )
  );
}

/** The NetworkPolicy that traffic of `service` gets past while it goes through the routers; undefined where there is none. */
export function findBypassed(service: Service, context: RefusalContext): NetworkPolicy | undefined {
  const selector = findOwnSelector(service, findRecord(service, context.routed));
  return context.mayBypass === true && selector !== undefined ? findIngressPolicy(selector, context) : undefined;
}

function isProtected(service: Service | undefined): boolean {
  return service?.metadata.annotations?.[protectedAnnotation] === 'true';
}

/** Whether `service` was made by us. */
export function isOwnService({ metadata: { name, labels = {} } }: Service): boolean {
  return (
    name === managerName ||
    name.startsWith(`${managerName}-`) ||
    labels[shadowLabel] !== undefined ||
    includesLabels(labels, managedByLabel)
  );
}

/** By the routers' own label, or by any other that they have. */
function selectsSomeRouters(selector: Readonly<Record<string, string>>, { baselinePods }: RefusalContext): boolean {
  if (Object.keys(routerSelector).some((label) => label in selector)) return true;
  return [...baselinePods].some(
    ({ metadata: { labels = {} } }) => includesLabels(labels, routerSelector) && includesLabels(labels, selector),
  );
}

/** `maxItems` of the ports of a RoutedService. */
const mostPorts = 256;

interface Unfit {
  readonly reason: ServiceRefusal;
  readonly why: string;
}

function findUnfit({ spec }: Service): Unfit | undefined {
  if (spec.type === 'ExternalName')
    return { reason: 'ExternalName', why: 'it is an alias of a name outside of the cluster (ExternalName)' };
  if (spec.clusterIP === 'None') return { reason: 'Headless', why: 'it is headless, so that callers dial its pods by themselves' };
  const { length: count } = spec.ports ?? [];
  if (count > mostPorts)
    return { reason: 'TooManyPorts', why: `it has ${count} ports, and a router listens for at most ${mostPorts} of one Service` };
  const foreign = spec.ports?.find(({ protocol = 'TCP' }) => protocol !== 'TCP');
  if (foreign !== undefined) {
    const why = `its port ${toPortKey(foreign)} is ${foreign.protocol}, and all ports of a Service share one selector`;
    return { reason: 'UnsupportedProtocol', why };
  }
  if (spec.internalTrafficPolicy === 'Local' || spec.externalTrafficPolicy === 'Local') {
    const field = spec.internalTrafficPolicy === 'Local' ? 'internalTrafficPolicy' : 'externalTrafficPolicy';
    return { reason: 'TrafficPolicyLocal', why: `its ${field} is Local, and a router does not run on every node` };
  }
  if (spec.publishNotReadyAddresses === true) {
    return {
      reason: 'PublishesNotReady',
      why: 'it publishes pods that are not ready (publishNotReadyAddresses), which a router would hide',
    };
  }
  return undefined;
}

/** A policy that restricts who may connect to a pod behind `selector`. */
function findIngressPolicy(
  selector: Readonly<Record<string, string>>,
  { networkPolicies, baselinePods }: RefusalContext,
): NetworkPolicy | undefined {
  const behind = [...baselinePods].map(({ metadata }) => metadata.labels ?? {}).filter((labels) => includesLabels(labels, selector));
  // Without any pod, the selector says which labels its pods will have at least.
  const candidates = behind.length === 0 ? [selector] : behind;
  const ingress = [...networkPolicies].filter(restrictsIngress);
  for (const labels of candidates) {
    const selecting = ingress.filter(({ spec }) => matchesLabels(spec.podSelector ?? {}, labels));
    // Policies add up: beside one that allows everything, no other restricts anything.
    if (!selecting.some(allowsEverything)) {
      const [first] = selecting;
      if (first !== undefined) return first;
    }
  }
  return undefined;
}

/** Without `policyTypes`, a policy is about ingress whatever rules it has. */
function restrictsIngress({ spec }: NetworkPolicy): boolean {
  return spec.policyTypes === undefined || spec.policyTypes.length === 0 || spec.policyTypes.includes('Ingress');
}

function allowsEverything({ spec }: NetworkPolicy): boolean {
  return spec.ingress?.some((rule) => typeof rule === 'object' && rule !== null && Object.keys(rule).length === 0) ?? false;
}
