/** What a port-forward leads to. */
export interface ForwardTarget {
  readonly namespace: string;
  readonly pod: string;
  /** Of the pod. Its processes may listen at 127.0.0.1 alone. */
  readonly port: number;
}

/** A target as messages name it. */
export function toTargetText({ namespace, pod, port }: ForwardTarget): string {
  return `port ${port} of pod ${pod} in namespace ${namespace}`;
}
