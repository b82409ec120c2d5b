import type { Clock, Log, Timer } from '@switchyard/contract';
import { describeWho, drainAnnotation, managerName, readDrain, standDownAnnotation, type Drain, type LeaseHolder } from '@switchyard/kube';
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

/** Watches what the Lease says, and logs it; `onChange` is called when it says something else. Dispose stops that. */
export function watchStandDown(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  lease: Pick<LeaseHolder, 'annotations'>,
  onChange: () => void,
): StandDown {
  const read = (): Drain | undefined => readDrain(lease.annotations);
  const isAsked = (drain: Drain | undefined): boolean =>
    standDownAnnotation in lease.annotations || (drain !== undefined && clock.date().getTime() >= drain.atMs);
  const see = (): { readonly asked: boolean; readonly note: string | undefined } => ({
    asked: isAsked(read()),
    note: lease.annotations[drainAnnotation],
  });
  let before = see();
  let timer: Timer;
  const look = (): void => {
    const now = see();
    const drain = read();
    const { asked, note } = before;
    before = now;
    if (now.note !== note) {
      if (drain === undefined) log.info('drain_ended', {});
      else log.warn('draining_namespace', { by: drain.by, reason: drain.reason, at: new Date(drain.atMs).toISOString() });
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
