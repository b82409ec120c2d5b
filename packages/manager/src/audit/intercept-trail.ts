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
    for (const judgement of this.#live.values()) this.#recordUsage(judgement);
    this.#live = new Map();
  }

  #keep(judgement: Judgement): void {
    const { uid } = judgement.claim;
    const forget = (): void => this.#settle(uid, (last) => this.#recordUsage(last));
    this.#gone.set(uid, { judgement, timer: this.#deps.clock.after(auditLimits.endKeptMs.value, forget) });
  }

  #settle(uid: string, record: (last: Judgement) => void): void {
    const gone = this.#gone.get(uid);
    if (gone === undefined) return;
    gone.timer.cancel();
    this.#gone.delete(uid);
    record(gone.judgement);
  }

  #recordEnd(last: Judgement): void {
    const usage = this.#takeUsage(last.claim.id) ?? { requests: 0, bytesIn: 0, bytesOut: 0 };
    for (const record of toEndRecords(last, usage)) this.#deps.audit.write(record);
  }

  #recordUsage({ claim }: Judgement): void {
    const usage = this.#takeUsage(claim.id);
    if (usage !== undefined) this.#deps.audit.write(toUsageRecord(claim, usage));
  }

  #takeUsage(id: InterceptId): AuditUsage | undefined {
    const usage = this.#deps.usage();
    const taken = usage.usageOf(id);
    usage.forget(id);
    return taken;
  }
}
