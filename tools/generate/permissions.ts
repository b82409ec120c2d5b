import { isMap, isSeq, parseAllDocuments, type YAMLMap } from 'yaml';
import { generatedNote, type Generator } from './generated-file.ts';
import { generateManifests } from './manifests.ts';

/** One rule of a Role, and why it is there. */
interface Rule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  readonly why: string;
}

/** What is granted under one name. */
interface Role {
  readonly kind: string;
  readonly name: string;
  /** The roles of every cluster that it becomes a part of. */
  readonly joins: readonly string[];
  readonly rules: readonly Rule[];
}

const page = 'docs/reference/permissions.md';

/** `docs/reference/permissions.md`, from the manifests. Rejects where a rule of a Role does not say what it is for, as a comment before it. */
export const generatePermissions: Generator = async (root) => {
  const manifests = await generateManifests(root);
  const [cluster, namespace] = manifests.map(({ path, text = '' }) => readRoles(text, path));
  const text = [
    '# Permissions',
    '',
    generatedNote('deploy/charts'),
    '',
    'Every right that an installation gives, and what needs it. `test/deploy/rights.test.ts` runs the programs against an API server that grants these and nothing',
    'else: nothing is missing, and no right of a program is left unused. [rbac.md](../rbac.md) says what follows for people.',
    '',
    "## The cluster's part",
    '',
    'Joined to the roles that every cluster has; nobody gets anything in a namespace where they have none of these.',
    '',
    ...(cluster ?? []).flatMap(toSection),
    "## The namespace's part",
    '',
    'Nothing of it reaches beyond its namespace.',
    '',
    ...(namespace ?? []).flatMap(toSection),
  ];
  return [{ path: page, text: text.join('\n') }];
};

function readRoles(text: string, path: string): readonly Role[] {
  return parseAllDocuments(text).flatMap((document) => {
    const { contents } = document;
    if (!isMap(contents)) return [];
    const { kind, metadata } = document.toJS() as { readonly kind: string; readonly metadata: Metadata };
    const rules = contents.get('rules');
    if ((kind !== 'Role' && kind !== 'ClusterRole') || !isSeq(rules)) return [];
    // A comment before the first item belongs to the list.
    const whys = rules.items.map((item, index) => toWhy(index === 0 ? rules.commentBefore : (item as YAMLMap).commentBefore));
    const all = (rules.toJSON() as readonly RuleObject[]).map((rule, index) =>
      toRule(rule, whys[index], `${path}: ${kind} ${metadata.name}`),
    );
    return [{ kind, name: metadata.name, joins: toJoins(metadata), rules: all }];
  });
}

interface Metadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface RuleObject {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

function toWhy(comment: string | null | undefined): string | undefined {
  return comment?.replace(/\s*\n\s*/g, ' ').trim();
}

function toRule(
  { apiGroups: groups, resources, resourceNames: names = [], verbs }: RuleObject,
  why: string | undefined,
  place: string,
): Rule {
  if (why === undefined)
    throw new Error(`${place}: the rule about ${resources.join(', ')} does not say what it is for (a comment before it).`);
  return { groups, resources, names, verbs, why };
}

function toJoins({ labels = {} }: Metadata): readonly string[] {
  return Object.keys(labels).flatMap((label) => /^rbac\.authorization\.k8s\.io\/aggregate-to-(\w+)$/.exec(label)?.[1] ?? []);
}

function toSection({ kind, name, joins, rules }: Role): readonly string[] {
  const rows = rules.map(({ groups, resources, names, verbs, why }) => {
    const things = resources.map((resource) => `\`${toFullName(resource, groups)}\``).join(', ');
    const only = names.length === 0 ? '' : `, only ${names.map((each) => `\`${each}\``).join(', ')}`;
    return `| ${things}${only} | ${verbs.join(', ')} | ${why.replaceAll('|', '\\|')} |`;
  });
  const joined = joins.length === 0 ? '' : `, a part of ${joins.map((each) => `\`${each}\``).join(', ')}`;
  return [`### ${kind} \`${name}\`${joined}`, '', '| resource | verbs | for |', '| --- | --- | --- |', ...rows, ''];
}

function toFullName(resource: string, [group = '']: readonly string[]): string {
  return group === '' ? resource : `${resource}.${group}`;
}
