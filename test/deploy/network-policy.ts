// What NetworkPolicies mean, as networking.k8s.io/v1 says it, for the few forms that the chart writes. A form that it does not know throws.
import { BlockList, isIPv6 } from 'node:net';

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}

interface Port {
  readonly port: number;
  readonly endPort?: number;
  readonly protocol?: string;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

/** A NetworkPolicy of the chart. */
export interface Policy {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** An end of a connection: a pod of the policies' namespace, of another one, or something that is no pod. */
export interface End {
  readonly labels?: Labels;
  /** The labels of another namespace, where it is a pod of that. */
  readonly namespace?: Labels;
  readonly address: string;
}

/** Whether the policies of the namespace let `from` open a connection to `port` of `to`. */
export function isAllowed(policies: readonly Policy[], from: End, to: End, port: number, protocol = 'TCP'): boolean {
  return passes(policies, 'Egress', from, to, port, protocol) && passes(policies, 'Ingress', to, from, port, protocol);
}

/** Policies add up; a pod that none selects for a direction is free in it. */
function passes(
  policies: readonly Policy[],
  direction: 'Ingress' | 'Egress',
  subject: End,
  peer: End,
  port: number,
  protocol: string,
): boolean {
  if (subject.labels === undefined || subject.namespace !== undefined) return true;
  const labels = subject.labels;
  const selecting = policies.filter(({ spec }) => spec.policyTypes.includes(direction) && selects(spec.podSelector, labels));
  if (selecting.length === 0) return true;
  const rules = selecting.flatMap(({ spec }) => (direction === 'Ingress' ? spec.ingress : spec.egress) ?? []);
  return rules.some(
    (rule) =>
      isOfPeers(direction === 'Ingress' ? rule.from : rule.to, peer) &&
      (rule.ports ?? [anyPort]).some((each) => isOf(each, port, protocol)),
  );
}

const anyPort: Port = { port: 0, endPort: 65_535 };

function isOf({ port: first, endPort = first, protocol: of = 'TCP' }: Port, port: number, protocol: string): boolean {
  return port >= first && port <= endPort && (of === protocol || first === 0);
}

function isOfPeers(peers: readonly Peer[] | undefined, end: End): boolean {
  return peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(peer, end));
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, { labels, namespace, address }: End): boolean {
  if (ipBlock !== undefined) return isWithin(address, ipBlock.cidr);
  if (labels === undefined) return false;
  const isNamespace = namespaceSelector === undefined ? namespace === undefined : selects(namespaceSelector, namespace ?? {});
  return isNamespace && selects(podSelector ?? {}, labels);
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== 'In') throw new Error(`Not known here: ${operator}.`);
      return values.includes(labels[key] ?? '');
    })
  );
}

function isWithin(address: string, cidr: string): boolean {
  const [network = '', prefix] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
