import type { Clock, Log } from '@switchyard/contract';
import type { KubeClient } from '@switchyard/kube';

/** What everything needs that changes a cluster. */
export interface TakeoverDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
}
