import { parseDocuments } from '@switchyard/config';
import type { FakeRequest } from '@switchyard/testkit';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An object of a manifest. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A Role that notes which of its rights are used, and what is done without one. */
export interface Role {
  /** Whether the request is allowed; a request notes its right, or its lack. */
  admits(request: FakeRequest): boolean;
  /** What was done without a right, as `VERB GROUP/RESOURCE`. */
  readonly missing: ReadonlySet<string>;
  /** Rights that were not used until now. */
  readonly unused: readonly string[];
}

/** Every cluster lets each of its ServiceAccounts read them (ClusterRole `system:service-account-issuer-discovery`). */
const everyAccounts: ReadonlySet<string> = new Set(['/.well-known/openid-configuration', '/openid/v1/jwks']);

const manifest = join(import.meta.dirname, '../../deploy/manifests/namespace.yaml');

/** The objects of the namespace's part. */
export async function readManifest(): Promise<readonly ManifestObject[]> {
  return parseDocuments(await readFile(manifest, 'utf8'), manifest) as readonly ManifestObject[];
}

/** The Role of that name in the namespace's part. */
export async function readRole(name: string): Promise<Role> {
  const role = (await readManifest()).find(({ kind, metadata }) => kind === 'Role' && metadata.name === name);
  if (role === undefined) throw new Error(`There is no Role ${name}.`);
  const rights = (role as ManifestObject & { readonly rules: readonly Rule[] }).rules.flatMap((rule) => expand(rule));
  const used = new Set<string>();
  const missing = new Set<string>();
  return {
    missing,
    get unused() {
      return rights.map(({ right }) => right).filter((right) => !used.has(right));
    },
    admits(request) {
      if (everyAccounts.has(request.path)) return true;
      const { right, name: object } = toCall(request);
      const admitted = rights.some((each) => each.right === right && (each.names === undefined || each.names.includes(object ?? '')));
      (admitted ? used : missing).add(right);
      return admitted;
    },
  };
}

function expand({
  apiGroups,
  resources,
  resourceNames: names,
  verbs,
}: Rule): readonly { right: string; names: readonly string[] | undefined }[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ right: `${verb} ${group}/${resource}`, names }))),
  );
}

/** What the API server asks RBAC about a request. */
function toCall({ method, path, query }: FakeRequest): { readonly right: string; readonly name: string | undefined } {
  const [, root, ...parts] = path.split('/');
  const group = root === 'apis' ? (parts[0] ?? '') : '';
  const [, , resource = '', name, subresource] = parts.slice(root === 'apis' ? 2 : 1);
  const verb = toVerb(method, name, query);
  return { right: `${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`, name };
}

function toVerb(method: string, name: string | undefined, query: URLSearchParams): string {
  if (method === 'GET') return name !== undefined ? 'get' : query.has('watch') ? 'watch' : 'list';
  const verbs: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'patch', PUT: 'update' };
  return verbs[method] ?? (name === undefined ? 'deletecollection' : 'delete');
}
