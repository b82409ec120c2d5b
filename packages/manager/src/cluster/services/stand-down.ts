import type { Clock, Timer } from '@switchyard/contract';
import { standDownAnnotation, type LeaseHolder } from '@switchyard/kube';
import { serviceLimits } from '../../limits.ts';

/** Whether somebody asked, by an annotation of the Lease, that every Service is given back. */
export interface StandDown extends Disposable {
  readonly isAsked: boolean;
}

/** Watches what the Lease says; `onChange` is called when it says something else. Dispose stops that. */
export function watchStandDown(clock: Clock, lease: Pick<LeaseHolder, 'annotations'>, onChange: () => void): StandDown {
  const isAsked = (): boolean => standDownAnnotation in lease.annotations;
  let before = isAsked();
  let timer: Timer;
  const look = (): void => {
    const now = isAsked();
    if (now !== before) onChange();
    before = now;
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
