import type { Clock, Log, Timer } from '@switchyard/contract';
import { managerName, standDownAnnotation, type LeaseHolder } from '@switchyard/kube';
import { serviceLimits } from '../../limits.ts';

/** Whether somebody asked, by an annotation of the Lease, that every Service is given back. */
export interface StandDown extends Disposable {
  readonly isAsked: boolean;
}

/** What people are told who wait for a manager that stands down; an uninstallation that failed leaves the note. */
export const standDownMessage: string = `The manager gives every Service back and takes none: the Lease ${managerName} has the annotation ${standDownAnnotation}, as an uninstallation leaves it.`;

/** Watches what the Lease says, and logs it; `onChange` is called when it says something else. Dispose stops that. */
export function watchStandDown(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  lease: Pick<LeaseHolder, 'annotations'>,
  onChange: () => void,
): StandDown {
  const isAsked = (): boolean => standDownAnnotation in lease.annotations;
  let before = isAsked();
  let timer: Timer;
  const look = (): void => {
    const now = isAsked();
    if (now !== before) {
      before = now;
      if (now) log.warn('standing_down', { reason: standDownMessage });
      else log.info('stand_down_ended', {});
      onChange();
    }
    timer = clock.after(serviceLimits.standDownMs.value, look);
  };
  look();
  return {
    get isAsked() {
      return isAsked();
    },
    [Symbol.dispose]: () => timer.cancel(),
  };
}
