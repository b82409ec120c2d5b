import type { KubeEvent, KubeObject } from '@switchyard/kube';

/** Something that became of an object, for people who look at it with `kubectl`. */
export interface KubeNews {
  readonly type: 'Normal' | 'Warning';
  /** One word of a closed list. */
  readonly reason: string;
  /** One sentence. */
  readonly note: string;
}

/** Tells people who look at an object. Never throws, and never waits. */
export type TellKube = (object: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>, news: KubeNews) => void;

/** What an Event says beside its news. */
export interface EventFrame {
  readonly namespace: string;
  /** The manager's pod. */
  readonly manager: string;
  /** Unique for the object. */
  readonly suffix: string;
  readonly at: Date;
}

/** `news` of `object` as an Event. */
export function toKubeEvent({ apiVersion, kind, metadata }: Parameters<TellKube>[0], news: KubeNews, frame: EventFrame): KubeEvent {
  const { name, uid } = metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.${frame.suffix}`, namespace: frame.namespace },
    regarding: { apiVersion, kind, namespace: frame.namespace, name, ...(uid === undefined ? {} : { uid }) },
    type: news.type,
    reason: news.reason,
    action: news.reason,
    note: news.note.slice(0, 1_000),
    eventTime: frame.at.toISOString().replace('Z', '000Z'),
    reportingController: 'switchyard.dev/manager',
    reportingInstance: frame.manager,
  };
}
