import { InterceptError } from '@switchyard/contract';
import type { KubeClient, ResourceType } from '@switchyard/kube';

/** What a failed call was about. */
interface Call {
  /** Undefined where it was no object of its own: a port-forward. */
  readonly type: ResourceType | undefined;
  readonly client: Pick<KubeClient, 'namespace' | 'context'>;
  /** Default: use. */
  readonly purpose?: Purpose;
}

/** What a person is about: intercepting, or installing, for which the role admin is needed whatever right is missed first. */
export type Purpose = 'use' | 'administer';

/**
 * A client whose failures say what a person can do: which right is missing and who can give it, what is not installed and who can install
 * it.
 */
export function createExplainingClient(client: KubeClient, purpose: Purpose): KubeClient {
  const explained = async <T>(type: ResourceType, call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (reason) {
      throw explainFailure(InterceptError.from(reason), { type, client, purpose });
    }
  };
  return {
    connection: client.connection,
    namespace: client.namespace,
    context: client.context,
    server: client.server,
    readDocument: (path, options) => client.readDocument(path, options),
    get: (type, name, scope) => explained(type, client.get(type, name, scope)),
    list: (type, selection) => explained(type, client.list(type, selection)),
    create: (type, object, options) => explained(type, client.create(type, object, options)),
    patch: (type, name, patch, options) => explained(type, client.patch(type, name, patch, options)),
    delete: (type, name, options) => explained(type, client.delete(type, name, options)),
    watch: (type, options) => client.watch(type, options),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/** What a failure of the API server means to the person. */
export function explainFailure(error: InterceptError, call: Call): InterceptError {
  if (error.code === 'not_allowed') return toDenied(error, call);
  if (error.code === 'cluster_unavailable') return toUnavailable(error);
  if (error.code !== 'cluster_not_found') return error;
  const [, resource, name = ''] = missingObject.exec(error.message) ?? [];
  if (resource === 'namespaces') return toNoNamespace(name, error);
  return resource === undefined && call.type?.group === ownGroup ? clusterNotInstalled(call.client.context, error) : error;
}

/** Who meant a manager without a cluster has a kubeconfig for something else. */
function toUnavailable(error: InterceptError): InterceptError {
  return new InterceptError('cluster_unavailable', error.message, {
    cause: error,
    hint: 'Try kubectl get pods: it asks the same server. A manager without a cluster is named with --manager.',
  });
}

/** How the API server names an object that is not there; of a resource type that is not there it has other words. */
const missingObject = /(\S+) "([^"]*)" not found/;

function toNoNamespace(name: string, cause: Error): InterceptError {
  return new InterceptError('cluster_not_found', `There is no namespace ${name} in this cluster.`, {
    cause,
    hint: 'Name another one with -n.',
  });
}

const ownGroup = 'switchyard.dev';

/** The cluster knows nothing of Switchyard. */
function clusterNotInstalled(context: string, cause?: Error): InterceptError {
  return new InterceptError('manager_not_installed', `Switchyard is not installed in the cluster of the context "${context}".`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'An administrator of the cluster installs it once: intercept admin install --cluster. Or name another cluster with --context.',
  });
}

/** The namespace has no manager. */
export function managerNotInstalled(namespace: string): InterceptError {
  return new InterceptError('manager_not_installed', `The namespace ${namespace} has no Switchyard manager.`, {
    hint: `An administrator of the namespace installs it: intercept admin install -n ${namespace}. Or name another namespace with -n.`,
  });
}

/** The API server's sentence of a missing right (apiserver's `responsewriters.Forbidden`). */
const missingRight = /User "([^"]*)" cannot (\w+) resource "([^"]*)"(?: in API group "([^"]*)")?(?: in the namespace "([^"]*)")?/;

/** What an admission policy says, after the API server's own words. */
const policyWords = /denied request: (.*)$/s;

function toDenied(error: InterceptError, { client, purpose }: Call): InterceptError {
  const [, user, verb, resource, group, namespace] = missingRight.exec(error.message) ?? [];
  if (user === undefined || verb === undefined || resource === undefined) return toDeniedByPolicy(error);
  const what = group === undefined || group === '' ? resource : `${resource}.${group}`;
  const where = namespace === undefined || namespace === '' ? 'the whole cluster' : `the namespace ${namespace}`;
  const giver = namespace === undefined || namespace === '' ? 'An administrator of the cluster' : `An administrator of the namespace`;
  const role = toRole({ verb, resource, purpose, isClusterWide: namespace === undefined || namespace === '' });
  const scope = namespace === undefined || namespace === '' ? 'clusterrolebinding' : `rolebinding -n ${namespace}`;
  return new InterceptError('not_allowed', `You (${user}) may not ${verb} ${what} in ${where} (context "${client.context}").`, {
    cause: error,
    hint: `${giver} can give you the right, for example: kubectl create ${scope} NAME --clusterrole=${role} --user=${user}`,
  });
}

function toDeniedByPolicy(error: InterceptError): InterceptError {
  const [, words] = policyWords.exec(error.message) ?? [];
  if (words === undefined) return error;
  const [, right] = policyRights.find(([said]) => words.includes(said)) ?? [];
  return new InterceptError('not_allowed', `The cluster's policy refuses it: ${words}.`, {
    cause: error,
    ...(right === undefined ? {} : { hint: `An administrator of the namespace can give you ${right}.` }),
  });
}

/** What a policy's words are about, and the right that is missing then. */
const policyRights: readonly (readonly [said: string, right: string])[] = [
  ['may not intercept', 'the verb intercept on services.switchyard.dev, which the roles edit and admin have unless it was taken from them'],
  ['may not revoke', 'the verb revoke on intercepts.switchyard.dev, which the role admin has'],
  ['may not approve', 'the verb approve on intercepts.switchyard.dev, which the role admin has'],
];

/**
 * The least of Kubernetes' own roles that has it; our own rights are aggregated to these. An installation needs more than the right that is
 * missed first, but for a list over all namespaces, which is all that its command does.
 */
function toRole({ verb, resource, purpose, isClusterWide }: MissingRight): string {
  if (isClusterWide) return verb === 'list' ? 'view' : 'cluster-admin';
  if (purpose === 'administer') return 'admin';
  // A port-forward is begun by reading, which the role view must not.
  return readingVerbs.has(verb) && resource !== 'pods/portforward' ? 'view' : 'edit';
}

const readingVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

interface MissingRight {
  readonly verb: string;
  readonly resource: string;
  readonly purpose: Purpose | undefined;
  readonly isClusterWide: boolean;
}
