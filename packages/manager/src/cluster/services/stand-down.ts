import { silentAudit, type Audit, type Clock, type Log, type Timer } from '@switchyard/contract';
import { describeWho, drainAnnotation, managerName, readDrain, standDownAnnotation, type Drain, type LeaseHolder } from '@switchyard/kube';
import { DrainTrail, type DrainNote } from '../../audit/drain-trail.ts';
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
  readonly isLeading: () => boolean;
  readonly namespace: string;
}

/** What was seen at one look. */
interface Look {
  readonly asked: boolean;
  readonly note: DrainNote | undefined;
  /** The Lease was not read yet, so that it may have said the same for long. */
  readonly blind: boolean;
}

/** Watches what the Lease says, logs and records it; `onChange` is called when it says something else. Dispose stops that. */
export function watchStandDown(
  { clock, log, audit = silentAudit, isLeading, namespace }: StandDownDeps,
  lease: Pick<LeaseHolder, 'annotations'>,
  onChange: () => void,
): StandDown {
  const trail = new DrainTrail({ clock, audit, isLeading, namespace });
  const read = (): Drain | undefined => readDrain(lease.annotations ?? {});
  const isAsked = (drain: Drain | undefined): boolean =>
    standDownAnnotation in (lease.annotations ?? {}) || (drain !== undefined && clock.date().getTime() >= drain.atMs);
  const see = (): Look => {
    const drain = read();
    const text = lease.annotations?.[drainAnnotation];
    const note = drain === undefined || text === undefined ? undefined : { text, drain };
    return { asked: isAsked(drain), note, blind: lease.annotations === undefined };
  };
  let before = see();
  let wasSeen = !before.blind;
  let timer: Timer;
  const look = (): void => {
    const now = see();
    const { asked, note } = before;
    before = now;
    const drain = now.note?.drain;
    const isChanged = now.note?.text !== note?.text;
    if (isChanged) {
      if (wasSeen) trail.change(now.note, note);
      if (drain === undefined) log.info('drain_ended', {});
      else log.warn('draining_namespace', { by: drain.by, reason: drain.reason, at: new Date(drain.atMs).toISOString() });
    }
    // A Lease that is deleted says nothing, as one without a note.
    wasSeen ||= !now.blind;
    trail.settle();
    if (now.asked !== asked) {
      if (now.asked) log.warn('standing_down', { reason: drain === undefined ? standDownMessage : toDrainMessage(drain) });
      else log.info('stand_down_ended', {});
    }
    if (isChanged || now.asked !== asked) onChange();
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
