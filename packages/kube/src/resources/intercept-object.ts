import type { Actor, ActorKind, InterceptId, InterceptSpec, Principal } from '@switchyard/contract';
import { kubeLimits } from '../limits.ts';
import type { Intercept } from './intercept.ts';
import { toMatchObject } from './match.ts';

/** What an Intercept object is made of besides the wish itself. */
export interface Claimant {
  /** As whom the API server knows the person. */
  readonly principal: Principal;
  readonly actor: Actor | undefined;
  /** The developer's machine, for people. */
  readonly client: string;
  /** Base64 of the agent's Ed25519 public key. */
  readonly publicKey: string;
}

/** The object `id` that asks for an intercept of a named port; its match is a checked one. */
export function createInterceptObject(id: InterceptId, spec: InterceptSpec & { readonly port: string }, claimant: Claimant): Intercept {
  const { service, port, key, match, sharedWith, joins, whenAway, lifetimeMs, directPort } = spec;
  const { principal, actor, client, publicKey } = claimant;
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: id },
    spec: {
      service,
      port,
      ...(key === undefined ? {} : { key }),
      ...(match.length === 0 ? {} : { match: toMatchObject(match) }),
      ...(sharedWith.length === 0 ? {} : { shareWith: sharedWith }),
      ...(joins ? { join: true } : {}),
      owner: toOwner(principal),
      ...(actor === undefined ? {} : { actor: toActor(actor) }),
      client,
      publicKey,
      whenAway: whenAway === 'baseline' ? 'Baseline' : 'Fail',
      lane: directPort === undefined ? 'Tunnel' : 'Direct',
      ...(lifetimeMs === undefined ? {} : { lifetimeSeconds: toLifetimeSeconds(lifetimeMs) }),
    },
  };
}

/** A wanted lifetime as the object has it: the longest one that it can hold, where more is wanted. The manager grants what it likes of that. */
export function toLifetimeSeconds(lifetimeMs: number): number {
  return Math.ceil(Math.min(lifetimeMs, kubeLimits.lifetimeMs.value) / 1_000);
}

const kinds: Readonly<Record<ActorKind, NonNullable<Intercept['spec']['actor']>['kind']>> = { person: 'Person', agent: 'Agent', ci: 'CI' };

function toActor({ kind, onBehalfOf }: Actor): NonNullable<Intercept['spec']['actor']> {
  return { kind: kinds[kind], ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
}

/** Groups that the object cannot hold are left out: they give no right, and take none. */
function toOwner({ user, groups }: Principal): Intercept['spec']['owner'] {
  return { user, groups: groups.filter(isHeldGroup).slice(0, kubeLimits.ownerGroups.value) };
}

/** As the resource's definition wants it: not empty, at most 512 characters, none of which a terminal acts on. */
function isHeldGroup(group: string): boolean {
  return group !== '' && group.length <= 512 && !/\p{Cc}/u.test(group);
}
