import type { Audit, AuditRecord, Clock } from '@switchyard/contract';
import { describeWho, type Drain } from '@switchyard/kube';
import { createHash } from 'node:crypto';

/** What the trail of a namespace's drains works with. */
export interface DrainTrailDeps {
  readonly clock: Pick<Clock, 'now' | 'date'>;
  readonly audit: Audit;
  /** Every manager sees the Lease, and one records what it says. */
  readonly isLeading: () => boolean;
  readonly namespace: string;
}

/** What the Lease says of a drain. */
export interface DrainNote {
  /** As it stands there. */
  readonly text: string;
  readonly drain: Drain;
}

interface Seen {
  readonly record: AuditRecord;
  readonly sinceMs: number;
}

/** Longer than any lease is believed, so that by then somebody leads, whatever was done to the Lease. */
const keptMs = 180_000;
/** The Lease is looked at each second. */
const mostSeen = keptMs / 1_000;

/**
 * Records that somebody drains the namespace, or takes that back. A manager that does not lead keeps what it sees for a while, and records it
 * if it leads by then: the Lease that says the one says the other, and whoever writes it could end the leader's term with the same write.
 */
export class DrainTrail {
  readonly #deps: DrainTrailDeps;
  #seen: readonly Seen[] = [];
  /** What changes of this minute are told by. */
  #told: { readonly minute: string; readonly ids: Map<string, number> } = { minute: '', ids: new Map() };

  constructor(deps: DrainTrailDeps) {
    this.#deps = deps;
  }

  /** Takes what the Lease says now, and what it said until now; undefined: of no drain. */
  change(now: DrainNote | undefined, before: DrainNote | undefined): void {
    const record = now === undefined ? toUndone(before) : toStarted(now);
    // All managers say the same of it, but where a minute ends between their looks; the same note once more is another happening.
    const minute = this.#deps.clock.date().toISOString().slice(0, 16);
    const hash = createHash('sha256')
      .update(`${before?.text ?? ''}\n${now?.text ?? ''}`)
      .digest('hex')
      .slice(0, 16);
    if (this.#told.minute !== minute) this.#told = { minute, ids: new Map() };
    const count = this.#told.ids.get(hash) ?? 0;
    this.#told.ids.set(hash, count + 1);
    const id = `${record.action}/${this.#deps.namespace}/${hash}/${minute}/${count}`;
    this.#seen = [...this.#seen, { record: { ...record, id }, sinceMs: this.#deps.clock.now() }].slice(-mostSeen);
  }

  /** Records what is to be recorded by now: to be called again and again. */
  settle(): void {
    const { clock, audit, isLeading } = this.#deps;
    if (isLeading()) {
      for (const { record } of this.#seen) audit.write(record);
      this.#seen = [];
    } else {
      const oldestMs = clock.now() - keptMs;
      this.#seen = this.#seen.filter(({ sinceMs }) => sinceMs > oldestMs);
    }
  }
}

/** The API server checked that they may write the Lease, and not that the name is theirs. */
function toStarted({ drain }: DrainNote): AuditRecord {
  const at = new Date(drain.atMs).toISOString();
  const message = `No new intercepts, and an end at ${at} of those that are, asked for by ${describeWho(drain)}.`;
  return { action: 'drain_started', outcome: 'allowed', user: drain.by, proven: false, message };
}

/** Who takes a note away leaves none. */
function toUndone(before: DrainNote | undefined): AuditRecord {
  const by = before === undefined ? 'somebody' : describeWho(before.drain);
  const message = `The drain by ${by} is taken back; intercepts are accepted again.`;
  return { action: 'drain_undone', outcome: 'ended', user: 'unknown', proven: false, message };
}
