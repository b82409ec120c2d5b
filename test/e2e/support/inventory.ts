import { kubectl } from './cluster.ts';

/** All objects that matter, by `KIND NAMESPACE/NAME`, each as text without what changes by itself. */
export type Inventory = ReadonlyMap<string, string>;

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly ownerReferences?: unknown } & Record<string, unknown>;
  readonly [field: string]: unknown;
}

/** Kinds whose objects come and go by themselves. */
const restless =
  /^(?:events(?:\.|$)|leases\.|endpointslices\.|endpoints$|componentstatuses$|pods\.metrics|nodes\.metrics|certificatesigningrequests\.)/;

/**
 * Everything in the cluster that is not inside of another namespace than `namespace`, objects of kube-system and nodes aside. `status` and
 * `resourceVersion` are left out, `managedFields` are not.
 */
export async function takeInventory(namespace: string): Promise<Inventory> {
  const [inNamespace, inCluster] = await Promise.all([listKinds(true), listKinds(false)]);
  const [own, global] = await Promise.all([
    list(inNamespace, ['-n', namespace]),
    list(
      inCluster.filter((kind) => kind !== 'nodes'),
      [],
    ),
  ]);
  return new Map([...own, ...global.filter(({ kind }) => kind !== 'Namespace')].map((item) => [toName(item), toText(item)]));
}

/** What is in one inventory only or differs, a line each; empty where they are the same. */
export function compare(before: Inventory, after: Inventory): readonly string[] {
  const added = [...after.keys()].filter((name) => !before.has(name)).map((name) => `left behind: ${name}`);
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `gone: ${name}`);
  const changed = [...before].flatMap(([name, text]) => {
    const now = after.get(name);
    return now === undefined || now === text ? [] : [`changed: ${name}\n  before ${text}\n  after  ${now}`];
  });
  return [...added, ...gone, ...changed];
}

async function listKinds(namespaced: boolean): Promise<readonly string[]> {
  const output = await kubectl(['api-resources', '--verbs=list', `--namespaced=${namespaced}`, '-o', 'name']);
  return output.split('\n').filter((kind) => kind !== '' && !restless.test(kind));
}

async function list(kinds: readonly string[], args: readonly string[]): Promise<readonly Item[]> {
  const output = await kubectl(['get', kinds.join(','), ...args, '--show-managed-fields', '-o', 'json']);
  return (JSON.parse(output) as { items: readonly Item[] }).items.filter(({ metadata }) => metadata.ownerReferences === undefined);
}

function toName({ kind, metadata: { namespace = '', name } }: Item): string {
  return `${kind} ${namespace}/${name}`;
}

function toText({ status: _status, metadata: { resourceVersion: _version, managedFields, ...metadata }, ...item }: Item): string {
  return JSON.stringify({ ...item, metadata, managedFields: Array.isArray(managedFields) ? managedFields.map(withoutRestlessTime) : [] });
}

/**
 * The roles that every cluster has are put together anew whenever a role that is a part of them comes or goes; they are the same
 * afterwards.
 */
function withoutRestlessTime(entry: { readonly manager?: string; readonly time?: string }): object {
  return entry.manager === 'clusterrole-aggregation-controller' ? { ...entry, time: 'any' } : entry;
}
