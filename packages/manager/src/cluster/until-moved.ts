import type { Clock } from '@switchyard/contract';
import { isReadyRouter, type Collection, type Intercept, type Pod } from '@switchyard/kube';
import { untilHolds } from './until-holds.ts';

/** What the wait looks at. */
export interface UntilMovedDeps {
  readonly clock: Clock;
  readonly pods: Pick<Collection<Pod>, 'objects' | 'onChange'>;
  readonly intercepts: Pick<Collection<Intercept>, 'objects' | 'onChange'>;
}

/**
 * Resolves when every session of the manager `self`, which stops, has gone over to another one, as their objects say; at once where no
 * other manager is ready, as nobody can go anywhere then; or after `mostMs`.
 */
export async function untilMoved({ clock, pods, intercepts }: UntilMovedDeps, self: string, mostMs: number): Promise<void> {
  const over = new AbortController();
  const timer = clock.after(mostMs, () => over.abort());
  const either = {
    onChange(listener: () => void): () => void {
      const stops = [pods.onChange(listener), intercepts.onChange(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
  const isHere = (object: Intercept): boolean => object.status?.router === self && hasSession(object);
  await untilHolds(either, () => !pods.objects.values().some(isReadyRouter) || !intercepts.objects.values().some(isHere), over.signal);
  timer.cancel();
}

function hasSession({ status }: Intercept): boolean {
  return status?.conditions?.some((condition) => condition.type === 'SessionReady' && condition.status === 'True') ?? false;
}
