import type { Collection, Intercept as InterceptObject } from '@switchyard/kube';
import type { Log } from '@switchyard/contract';
import type { KeyOwner } from '../../auth/key-identity.ts';
import { byAge, readClaim, type Claim } from './claim.ts';

/** The Intercept objects of a collection, read. */
export interface ClaimReader {
  /** Those that make sense, in no order. */
  all(): readonly Claim[];
  get(id: string): Claim | undefined;
  /**
   * Whose objects have the key, the oldest object's owner first: anybody may write a key into their own objects that they saw in another's.
   */
  ownersOf(publicKey: string): readonly KeyOwner[];
}

/** Reads each object once; one that makes no sense is told of in the log, and passed over. */
export function createClaimReader(intercepts: Collection<InterceptObject>, log: Log): ClaimReader {
  const read = new WeakMap<InterceptObject, { readonly claim: Claim | undefined }>();
  let owners: { readonly of: ReadonlyMap<string, InterceptObject>; readonly byKey: ReadonlyMap<string, readonly KeyOwner[]> } | undefined;

  const toClaim = (object: InterceptObject): Claim | undefined => {
    const known = read.get(object);
    if (known !== undefined) return known.claim;
    const claim = readClaim(object);
    if (claim === undefined) log.warn('intercept_unreadable', { intercept: object.metadata.name });
    read.set(object, { claim });
    return claim;
  };
  const all = (): readonly Claim[] => [...intercepts.objects.values()].flatMap((object) => toClaim(object) ?? []);
  const toOwners = (): ReadonlyMap<string, readonly KeyOwner[]> => {
    const byKey = new Map<string, KeyOwner[]>();
    for (const { publicKey, owner, groups } of all().toSorted(byAge)) {
      if (publicKey === undefined) continue;
      const known = byKey.get(publicKey);
      if (known === undefined) byKey.set(publicKey, [{ owner, groups }]);
      else known.push({ owner, groups });
    }
    return byKey;
  };

  return {
    all,
    get(id) {
      const object = intercepts.get(id);
      return object && toClaim(object);
    },
    ownersOf(publicKey) {
      if (owners?.of !== intercepts.objects) owners = { of: intercepts.objects, byKey: toOwners() };
      return owners.byKey.get(publicKey) ?? [];
    },
  };
}
