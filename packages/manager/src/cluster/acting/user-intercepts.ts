import { InterceptError, type InterceptInfo } from '@switchyard/contract';
import { intercepts as interceptType, type Collection, type Intercept, type KubeClient, type NamedGroups } from '@switchyard/kube';
import type { RemovalFilter } from '@switchyard/tunnel';
import type { ProvenUser } from '../../auth/proven-user.ts';
import type { InterceptKeeper } from '../intercepts/intercept-keeper.ts';
import { checkRenewal, toLifetimeMs } from './renewal-check.ts';

/** What proven users do with intercepts past any session. Their own are those whose object has their name. */
export interface UserIntercepts {
  /** All that keep their key from others: requests are routed by them, or will be with an approval, their first session or their Service. */
  list(): readonly InterceptInfo[];
  /** Deletes those of the user that match, and answers those of them that lived. Rejects as `KubeClient.delete`. */
  remove(user: ProvenUser, filter: RemovalFilter): Promise<readonly InterceptInfo[]>;
  /** Deletes one. Rejects with `intercept_not_found`, and `not_allowed` where it is another owner's. */
  removeOne(user: ProvenUser, id: string): Promise<InterceptInfo>;
  /** For as long as before unless it is told. Throws as `removeOne`, and as `checkRenewal`. */
  renew(user: ProvenUser, id: string, lifetimeMs: number | undefined): InterceptInfo;
}

/** What they stand on. */
export interface UserInterceptsDeps {
  readonly client: KubeClient;
  readonly intercepts: Collection<Intercept>;
  readonly keeper: Pick<InterceptKeeper, 'listPlaced' | 'find' | 'renewById'>;
  /** As the policies are now. */
  readonly namedGroups: () => NamedGroups;
}

/** The intercepts of a namespace as its users see them through the manager. */
export function createUserIntercepts({ client, intercepts, keeper, namedGroups }: UserInterceptsDeps): UserIntercepts {
  const findOwn = ({ user }: ProvenUser, id: string, verb: 'remove' | 'renew'): InterceptInfo => {
    const owner = intercepts.objects.get(id)?.spec.owner.user;
    if (owner === undefined) throw toUnknown(id);
    if (owner !== user) throw toForeign(id, verb);
    const found = keeper.find(id);
    if (found === undefined) throw toUnknown(id);
    return found;
  };
  /** One that is another one of its name by now is no longer meant. */
  const erase = async ({ metadata: { name, uid } }: Intercept): Promise<void> => {
    await client.delete(interceptType, name, { uid }).catch((reason: unknown) => {
      if (InterceptError.from(reason).code !== 'cluster_conflict') throw reason;
    });
  };
  return {
    list: () => keeper.listPlaced(),
    async remove({ user }, filter) {
      const own = [...intercepts.objects.values()].filter((object) => object.spec.owner.user === user && isMeant(object, filter));
      const removed = own.flatMap(({ metadata }) => keeper.find(metadata.name) ?? []);
      for (const object of own) await erase(object);
      return removed;
    },
    async removeOne(user, id) {
      const info = findOwn(user, id, 'remove');
      const object = intercepts.objects.get(id);
      if (object !== undefined) await erase(object);
      return info;
    },
    renew(user, id, lifetimeMs) {
      const live = findOwn(user, id, 'renew');
      if (live.waiting !== undefined && !live.waiting.accepted && !keeper.listPlaced().some((each) => each.id === id)) throw toUnknown(id);
      const object = intercepts.get(id);
      if (object === undefined) throw toUnknown(id);
      checkRenewal(object, user, lifetimeMs, namedGroups());
      return keeper.renewById(live.id, lifetimeMs ?? toLifetimeMs(object));
    },
  };
}

function isMeant({ spec }: Intercept, { service, key, keyless, all }: RemovalFilter): boolean {
  if (service === undefined && key === undefined && keyless !== true) return all;
  return (
    (service === undefined || spec.service === service) &&
    (key === undefined || spec.key === key) &&
    (keyless !== true || spec.key === undefined)
  );
}

function toUnknown(id: string): InterceptError {
  return new InterceptError('intercept_not_found', `This namespace has no live intercept ${JSON.stringify(id)}.`, {
    hint: 'See which there are: GET /api/v1/intercepts.',
  });
}

function toForeign(id: string, verb: 'remove' | 'renew'): InterceptError {
  return new InterceptError('not_allowed', `The intercept ${id} belongs to somebody else, and only its owner may ${verb} it.`, {
    hint: 'Ask its owner, or whoever may revoke it.',
  });
}
