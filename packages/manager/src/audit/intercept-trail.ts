import type { Audit, AuditUsage, Clock, InterceptId, Timer } from '@switchyard/contract';
import type { UsageReader } from '@switchyard/router';
import type { Judgement } from '../cluster/intercepts/judge-intercepts.ts';
import { auditLimits } from '../limits.ts';
import { toEndRecords, toStatusRecords, toUsageRecord, type WrittenStatus } from './intercept-records.ts';

/** What the trail of a namespace's intercepts works with. */
export interface InterceptTrailDeps {
  readonly clock: Clock;
  readonly audit: Audit;
  readonly usage: () => UsageReader;
  readonly isLeading: () => boolean;
}

interface Gone {
  readonly judgement: Judgement;
  /** Taken when it went: another intercept of its name has a count of its own. */
  readonly usage: AuditUsage | undefined;
  readonly timer: Timer;
}

/**
 * Records what becomes of the intercepts of a namespace, each happening by one manager: what a status says by the manager whose write
 * succeeded, an end by the leader. A manager that does not lead keeps the ends that it sees for a while, and records them if it leads by
 * then: the leader before may not have come to it. Dispose records what passed through those that live on.
 */
export class InterceptTrail implements Disposable {
  readonly #deps: InterceptTrailDeps;
  readonly #gone: Map<string, Gone> = new Map();
  #live: ReadonlyMap<string, Judgement> = new Map();

  constructor(deps: InterceptTrailDeps) {
    this.#deps = deps;
  }

  /** A status was written by this manager. */
  onWritten(written: WrittenStatus): void {
    for (const record of toStatusRecords(written)) this.#deps.audit.write(record);
  }

  /** Takes what is thought of all intercepts now. Returns those that are gone since the last time. */
  follow(judgements: readonly Judgement[]): readonly Judgement[] {
    const before = this.#live;
    this.#live = new Map(judgements.map((judgement) => [judgement.claim.uid, judgement]));
    const gone = [...before.values()].filter(({ claim }) => !this.#live.has(claim.uid));
    for (const judgement of gone) this.#keep(judgement);
    if (this.#deps.isLeading()) for (const uid of this.#gone.keys()) this.#settle(uid, (last) => this.#recordEnd(last));
    return gone;
  }

  [Symbol.dispose](): void {
    for (const uid of this.#gone.keys()) this.#settle(uid, (last) => this.#recordUsage(last));
    for (const judgement of this.#live.values()) this.#recordUsage({ judgement, usage: this.#takeUsage(judgement.claim.id) });
    this.#live = new Map();
  }

  #keep(judgement: Judgement): void {
    const { uid, id } = judgement.claim;
    const forget = (): void => this.#settle(uid, (last) => this.#recordUsage(last));
    this.#gone.set(uid, { judgement, usage: this.#takeUsage(id), timer: this.#deps.clock.after(auditLimits.endKeptMs.value, forget) });
  }

  #settle(uid: string, record: (gone: Gone) => void): void {
    const gone = this.#gone.get(uid);
    if (gone === undefined) return;
    gone.timer.cancel();
    this.#gone.delete(uid);
    record(gone);
  }

  #recordEnd({ judgement, usage = { requests: 0, bytesIn: 0, bytesOut: 0 } }: Gone): void {
    for (const record of toEndRecords(judgement, usage)) this.#deps.audit.write(record);
  }

  #recordUsage({ judgement, usage }: Omit<Gone, 'timer'>): void {
    if (usage !== undefined) this.#deps.audit.write(toUsageRecord(judgement.claim, usage));
  }

  #takeUsage(id: InterceptId): AuditUsage | undefined {
    const usage = this.#deps.usage();
    const taken = usage.usageOf(id);
    usage.forget(id);
    return taken;
  }
}
