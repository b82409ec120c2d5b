import { nearestWord } from '@switchyard/config';
import { InterceptError, type RoutingKey } from '@switchyard/contract';
import { isCommonName, isSystemName, toLabel, type Identity } from './identity.ts';

/** Where a key came from. */
export type KeySource = 'flag' | 'environment' | 'project' | 'user file' | 'identity';

/** The routing key of this person, and why it is this one. */
export interface ResolvedKey {
  readonly key: RoutingKey;
  readonly source: KeySource;
}

/** Everything that may say what the key is, the strongest first. */
export interface KeyCandidates {
  readonly flag: string | undefined;
  /** `INTERCEPT_KEY`. */
  readonly environment: string | undefined;
  /** The project file's, with its templates. */
  readonly project: string | undefined;
  readonly userFile: string | undefined;
  /** Says who the person is; asked only where that matters. */
  readonly findIdentity: () => Promise<Identity>;
  /** Reads the branch of the project's Git checkout; undefined where there is none. */
  readonly readBranch: () => Promise<string | undefined>;
}

/** The key: the strongest candidate, normalised to a label. Throws `bad_usage` where it is none or one that everybody has. */
export async function resolveKey(candidates: KeyCandidates): Promise<ResolvedKey> {
  const { flag, environment, project, userFile, findIdentity } = candidates;
  if (flag !== undefined) return { key: toKey(flag, '--key'), source: 'flag' };
  if (environment !== undefined && environment !== '') return { key: toKey(environment, 'INTERCEPT_KEY'), source: 'environment' };
  if (project !== undefined) return { key: toKey(await fillTemplate(project, candidates), 'the project file'), source: 'project' };
  if (userFile !== undefined) return { key: toKey(userFile, 'the user file'), source: 'user file' };
  const { user, source } = await findIdentity();
  return { key: toKey(user, source), source: 'identity' };
}

function toKey(text: string, source: string): RoutingKey {
  const key = toLabel(text);
  if (key === undefined) {
    throw new InterceptError('bad_usage', `"${text}" (${source}) cannot be a routing key: it has no letter or digit.`, {
      hint: 'Choose a key such as "alice" or "pr-123": --key alice.',
    });
  }
  if (isCommonName(key) || isSystemName(text)) {
    throw new InterceptError(
      'bad_usage',
      `"${isSystemName(text) ? text : key}" (${source}) cannot be your routing key: many people have that name, so their requests would get mixed up.`,
      {
        hint: 'Choose a key of your own with --key NAME, or set INTERCEPT_KEY or INTERCEPT_USER.',
      },
    );
  }
  return key;
}

const templateNames = ['gitBranch', 'user'] as const;

async function fillTemplate(text: string, { findIdentity, readBranch }: KeyCandidates): Promise<string> {
  const values = new Map<string, string>();
  for (const [, name = ''] of text.matchAll(/\{\{\s*(.*?)\s*\}\}/g)) {
    if (name === 'gitBranch') values.set(name, await requireBranch(readBranch));
    else if (name === 'user') values.set(name, toUserName(await findIdentity()));
    else throw unknownTemplate(name);
  }
  return text.replace(/\{\{\s*(.*?)\s*\}\}/g, (_, name: string) => values.get(name) ?? '');
}

function toUserName({ user }: Identity): string {
  return toLabel(user) ?? user;
}

async function requireBranch(readBranch: KeyCandidates['readBranch']): Promise<string> {
  const branch = await readBranch();
  if (branch !== undefined) return branch;
  throw new InterceptError('bad_config', 'The key is made of {{ gitBranch }}, but no Git branch is checked out here.', {
    hint: 'Check a branch out, or give --key NAME.',
  });
}

function unknownTemplate(name: string): InterceptError {
  const nearest = nearestWord(name, templateNames);
  const hint = nearest === undefined ? `There are {{ ${templateNames.join(' }} and {{ ')} }}.` : `Did you mean {{ ${nearest} }}?`;
  return new InterceptError('bad_config', `The key is made of {{ ${name} }}, which does not exist.`, { hint });
}
