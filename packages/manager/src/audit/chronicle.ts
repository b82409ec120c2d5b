import type { Audit, Clock, Log } from '@switchyard/contract';
import type { Collection, KubeClient, RoutedService, Service } from '@switchyard/kube';
import type { UsageReader } from '@switchyard/router';
import type { Judgement } from '../cluster/intercepts/judge-intercepts.ts';
import type { WrittenStatus } from './intercept-records.ts';
import { InterceptTrail } from './intercept-trail.ts';
import { EventWriter } from './kube-events/event-writer.ts';
import { InterceptCrier } from './kube-events/intercept-crier.ts';
import { cryServices } from './kube-events/service-crier.ts';

/** Keeps record of what becomes of a namespace's intercepts and Services: for the audit trail, and as Events for people. */
export interface Chronicle {
  /** This manager wrote the status of an object. */
  onWritten(written: WrittenStatus): void;
  /** Takes what is thought of all intercepts now: after each time that they are judged. */
  follow(judgements: readonly Judgement[]): void;
}

/** What a chronicle stands on. */
export interface ChronicleDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
  readonly services: Collection<Service>;
  readonly routedServices: Collection<RoutedService>;
  readonly audit: Audit;
  readonly usage: () => UsageReader;
  readonly isLeading: () => boolean;
  /** The manager's pod. */
  readonly identity: string;
  readonly expiryWarningMs: number;
}

/** Opens the chronicle of a namespace. It is to be disposed after whoever tells it, and before what counts usage. */
export function openChronicle(deps: ChronicleDeps): Chronicle & Disposable {
  const opened = new DisposableStack();
  const { tell } = opened.use(new EventWriter({ ...deps, manager: deps.identity }));
  const trail = opened.use(new InterceptTrail(deps));
  const crier = opened.use(new InterceptCrier({ ...deps, tell }));
  opened.defer(cryServices({ ...deps, tell }));
  return {
    onWritten: (written) => trail.onWritten(written),
    follow(judgements) {
      crier.follow(judgements, trail.follow(judgements));
    },
    [Symbol.dispose]: () => opened.dispose(),
  };
}
