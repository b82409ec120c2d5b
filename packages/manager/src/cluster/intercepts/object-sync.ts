import { InterceptError } from '@switchyard/contract';
import { intercepts as interceptType, type Collection, type Intercept as InterceptObject, type KubeClient } from '@switchyard/kube';
import type { Chronicle } from '../../audit/chronicle.ts';
import type { Claim } from './claim.ts';
import { findTold, toTold } from './ending.ts';
import type { Judgement } from './judge-intercepts.ts';
import { ObjectWrites, type ObjectWritesDeps } from './object-writes.ts';
import type { SessionBook } from './session-book.ts';
import { toLastStatus, toStatusChange, type WantedStatus } from './status.ts';

/** What the objects are brought up to date with. */
export interface ObjectSyncDeps extends ObjectWritesDeps {
  readonly client: KubeClient;
  readonly intercepts: Collection<InterceptObject>;
  readonly book: SessionBook;
  readonly isLeading: () => boolean;
  /** The pod of this manager. */
  readonly identity: string;
  /** When a request last came for it here, epoch milliseconds, where the object has to say so. */
  readonly noteworthyUse: (claim: Claim) => number | undefined;
  /** Learns of each status that was written here. Default: nobody does. */
  readonly chronicle?: Pick<Chronicle, 'onWritten'> | undefined;
}

/**
 * Writes into the objects what is thought of them, and deletes those that are over.
 *
 * Two managers may live, while one takes the other's place. Each writes what is its own (`toStatusChange`), upon the version that it
 * decided on: of two writes at once, one fails and is decided anew. The leader deletes what is over by the objects' word; a goodbye is
 * carried out by who heard it.
 */
export class ObjectSync implements Disposable {
  readonly #deps: ObjectSyncDeps;
  readonly #writes: ObjectWrites;
  /** Those that are deleted; the collection may not know yet. */
  readonly #deleted: Set<string> = new Set();
  #silent = false;

  constructor(deps: ObjectSyncDeps) {
    this.#deps = deps;
    this.#writes = new ObjectWrites(deps);
  }

  /** Whether a write of the object `uid` is under way. */
  isBusy(uid: string): boolean {
    return this.#writes.isBusy(uid);
  }

  /** Starts what is to be written now. */
  sync(judgements: readonly Judgement[]): void {
    const { clock, book, isLeading, noteworthyUse, identity: self } = this.#deps;
    const known = new Set(judgements.map(({ claim }) => claim.uid));
    for (const uid of this.#deleted) if (!known.has(uid)) this.#deleted.delete(uid);
    this.#writes.retain((uid) => known.has(uid));
    const leading = isLeading();
    // Whoever makes very many objects does not keep others from hearing of theirs.
    const refused = judgements.filter(({ acceptance }) => !acceptance.holds);
    for (const judgement of [...judgements.filter(({ acceptance }) => acceptance.holds), ...refused]) {
      if (this.#writes.isFull) return;
      const { claim, over, standing, undecided } = judgement;
      const { uid } = claim;
      if (over !== undefined) {
        const mine = book.ended.has(uid) || leading;
        if (!mine || claim.deleted || this.#deleted.has(uid)) continue;
        // Another manager has the session: it hears the reason from the object, and only then of its end.
        const told = standing.t === 'elsewhere' && findTold(claim) === undefined && leading ? toTold(claim, over) : undefined;
        const last = told && toLastStatus(claim, told, clock.date().getTime());
        this.#writes.start(uid, (signal) => (last === undefined ? this.#delete(claim, signal) : this.#patch(judgement, last, signal)));
        continue;
      }
      if (this.#silent || undecided) continue;
      const renewedMs = book.renewals.get(uid);
      const status = toStatusChange(
        judgement,
        { leading, self, link: book.voiceOf(uid), renewed: renewedMs !== undefined, usedMs: noteworthyUse(claim) },
        clock.date().getTime(),
      );
      if (status === undefined) continue;
      this.#writes.start(uid, async (signal) => {
        await this.#patch(judgement, status, signal);
        if (renewedMs !== undefined) book.shown(uid, renewedMs);
      });
    }
  }

  /** From now on another manager says where intercepts stand; goodbyes that are heard here are still carried out. */
  fallSilent(): void {
    this.#silent = true;
  }

  [Symbol.dispose](): void {
    this.#writes[Symbol.dispose]();
  }

  async #delete({ id, uid, object }: Claim, signal: AbortSignal): Promise<void> {
    const { client, book } = this.#deps;
    // What only the objects say may have changed with them: a renewal, a session at another manager.
    const { resourceVersion } = object.metadata;
    await client.delete(interceptType, id, { uid, resourceVersion: book.ended.has(uid) ? undefined : resourceVersion, signal });
    this.#deleted.add(uid);
    book.end(uid);
  }

  async #patch(judgement: Judgement, { conditions, ...fields }: WantedStatus, signal: AbortSignal): Promise<void> {
    const { id, object } = judgement.claim;
    const { resourceVersion } = object.metadata;
    const status = { conditions, ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? null])) };
    const change = { metadata: { resourceVersion }, status };
    const { client, intercepts, chronicle } = this.#deps;
    const now = await client.patch(interceptType, id, { t: 'merge', change }, { subresource: 'status', signal });
    chronicle?.onWritten({ judgement, now });
    intercepts.learn(now);
    // A definition that drops what it does not know would have us write the same for ever.
    if (fields.router === now.status?.router) return;
    throw new InterceptError(
      'cluster_refused',
      `The API server did not keep the router of the intercept ${id}: its definition is an older one.`,
    );
  }
}
