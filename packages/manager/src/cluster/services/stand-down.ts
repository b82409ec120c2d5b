import { silentAudit, type Audit, type Clock, type Log, type Timer } from '@switchyard/contract';
import { describeWho, drainAnnotation, managerName, readDrain, standDownAnnotation, type Drain, type LeaseHolder } from '@switchyard/kube';
import { toDrainRecord } from '../../audit/drain-record.ts';
import { serviceLimits } from '../../limits.ts';

/** What somebody asked for by an annotation of the Lease. */
export interface StandDown extends Disposable {
  /** Every Service is to be given back: it was asked for as such, or the time of a drain has come. */
  readonly isAsked: boolean;
  /** No new intercept is to be accepted, and those that are end at a time. */
  readonly drain: Drain | undefined;
}

/** What people are told who wait for a manager that stands down; an uninstallation that failed leaves the note. */
export const standDownMessage: string = `The manager gives every Service back and takes none: the Lease ${managerName} has the annotation ${standDownAnnotation}, as an uninstallation leaves it.`;

/** What people are told who ask for an intercept during a drain. */
export function toDrainMessage(drain: Drain): string {
  return `The namespace takes no new intercepts, since it is drained by ${describeWho(drain)}.`;
}

/** What the watch works with. */
export interface StandDownDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Default: nothing is recorded. */
  readonly audit?: Audit | undefined;
  /** Every manager sees the Lease, and one records what it says. */
  readonly isLeading: () => boolean;
}

/**
 * Watches what the Lease says, logs it and, where this manager leads, records it; `onChange` is called when it says something else. Dispose
 * stops that.
 */
export function watchStandDown(
  { clock, log, audit = silentAudit, isLeading }: StandDownDeps,
  lease: Pick<LeaseHolder, 'annotations'>,
  onChange: () => void,
): StandDown {
  const read = (): Drain | undefined => readDrain(lease.annotations);
  const isAsked = (drain: Drain | undefined): boolean =>
    standDownAnnotation in lease.annotations || (drain !== undefined && clock.date().getTime() >= drain.atMs);
  const see = (): { readonly asked: boolean; readonly note: string | undefined; readonly drain: Drain | undefined } => {
    const drain = read();
    return { asked: isAsked(drain), note: lease.annotations[drainAnnotation], drain };
  };
  let before = see();
  let timer: Timer;
  const look = (): void => {
    const now = see();
    const { drain } = now;
    const { asked, note, drain: drainBefore } = before;
    before = now;
    if (now.note !== note) {
      if (drain === undefined) log.info('drain_ended', {});
      else log.warn('draining_namespace', { by: drain.by, reason: drain.reason, at: new Date(drain.atMs).toISOString() });
      if (isLeading()) audit.write(toDrainRecord(drain, drainBefore));
    }
    if (now.asked !== asked) {
      if (now.asked) log.warn('standing_down', { reason: drain === undefined ? standDownMessage : toDrainMessage(drain) });
      else log.info('stand_down_ended', {});
    }
    if (now.note !== note || now.asked !== asked) onChange();
    timer = clock.after(serviceLimits.standDownMs.value, look);
  };
  look();
  return {
    get isAsked() {
      return isAsked(read());
    },
    get drain() {
      return read();
    },
    [Symbol.dispose]: () => timer.cancel(),
  };
}
