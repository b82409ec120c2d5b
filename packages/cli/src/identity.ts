import { InterceptError, toRoutingKey, type RoutingKey } from '@switchyard/contract';
import type { Host } from './host.ts';

/** Who the person is, and what said so. */
export interface Identity {
  /** As it was found: `alice`, `alice@example.com`. */
  readonly user: string;
  /** The variable or place it came from, for people. */
  readonly source: string;
}

/** Variables that name the person, the most telling first; the workspace products that set them are named in the reference. */
const userVariables = ['INTERCEPT_USER', 'GITHUB_USER', 'GITPOD_GIT_USER_EMAIL', 'DEVPOD_WORKSPACE_ID', 'OKTETO_USERNAME'] as const;

/** Names that everybody has in containers and cloud machines: as a key they would mix developers up. */
const commonNames: ReadonlySet<string> = new Set([
  'admin',
  'codespace',
  'coder',
  'debian',
  'devpod',
  'ec2-user',
  'gitpod',
  'jovyan',
  'kubernetes-admin',
  'node',
  'okteto',
  'root',
  'runner',
  'ubuntu',
  'user',
  'vscode',
  'workspace',
]);

/** The person's identity: the first variable that is set, else the operating system's user. */
export function findIdentity({ env, osUser }: Pick<Host, 'env' | 'osUser'>): Identity {
  for (const name of userVariables) {
    const user = env[name];
    if (user !== undefined && user !== '') return { user, source: name };
  }
  return { user: osUser, source: "the name of the operating system's user" };
}

/** Whether a label is one of the names that everybody has. */
export function isCommonName(label: string): boolean {
  return commonNames.has(label);
}

/** Whether it is the name of a program in a cluster (`system:serviceaccount:…`) or of the cluster itself, rather than a person's. */
export function isSystemName(user: string): boolean {
  return user.startsWith('system:');
}

/** Text as a label: lower case, `@...` cut, runs of anything else a hyphen, at most 63 characters; undefined where nothing is left. */
export function toLabel(text: string): RoutingKey | undefined {
  const label = text
    .toLowerCase()
    .replace(/(?<=.)@.*$/s, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return toRoutingKey(label);
}

/**
 * The owner's name that goes to the manager. A name that everybody has is told apart by the machine's name, which in a workspace is its
 * own. Throws `bad_usage` where no letter or digit is in it.
 */
export function toOwner({ user, source }: Identity, hostName: string): string {
  const label = toLabel(user);
  const owner = label !== undefined && isCommonName(label) ? toLabel(`${label}-${hostName}`) : label;
  if (owner !== undefined) return owner;
  throw new InterceptError('bad_usage', `"${user}" (${source}) cannot be a name: it has no letter or digit.`, {
    hint: 'Set INTERCEPT_USER to your name.',
  });
}
