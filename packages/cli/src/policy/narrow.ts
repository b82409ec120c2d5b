import { InterceptError, type InterceptSpec } from '@switchyard/contract';
import type { Project } from '../project-file.ts';
import type { Lane } from '../values.ts';

/** What a restriction looks at beside the intercept. */
export interface NarrowFacts {
  readonly project: Project | undefined;
  readonly owner: string;
  readonly lane: Lane | undefined;
  readonly at: Date;
}

/**
 * `spec` as the project's own policy lets it be: where it asks for no lifetime, for what that allows. Rejects with `not_allowed` where the
 * project does not allow it. Whether it is allowed at all is asked elsewhere: nothing here can allow more.
 */
export async function narrow(spec: InterceptSpec, { project, owner, lane, at }: NarrowFacts): Promise<InterceptSpec> {
  if (project?.policy === undefined) return spec;
  const { path, policy } = project;
  const { findRestriction } = await import('@switchyard/policy');
  const { service, port = '', key, match } = spec;
  const { defaultMs, maxMs } = policy.grant.lifetime;
  const lifetimeMs = spec.lifetimeMs ?? defaultMs ?? maxMs;
  const refusal = findRestriction(policy, path, {
    asked: { service, port, key, match, target: lane === 'direct' ? 'Pod' : 'Tunnel', lifetimeMs },
    person: { user: owner, groups: [] },
    circumstances: { at, approved: false },
  });
  if (refusal !== undefined) throw new InterceptError('not_allowed', refusal.message, { hint: refusal.hint });
  return { ...spec, lifetimeMs };
}
