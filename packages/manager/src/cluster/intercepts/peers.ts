import { isRouter, type Pod } from '@switchyard/kube';

/** The other managers of the namespace, by their pods. */
export interface Peers {
  /** None is left that could have a session. */
  readonly alone: boolean;
  /** Names of all of them. */
  readonly running: ReadonlySet<string>;
  /** Names of those that are not about to stop. */
  readonly staying: ReadonlySet<string>;
}

/** The managers among `pods` other than the one at `podAddress`. */
export function findPeers(pods: Iterable<Pod>, podAddress: string): Peers {
  const others = [...pods].filter((pod) => isRouter(pod) && isRunning(pod) && pod.status?.podIP !== podAddress);
  return {
    alone: others.length === 0,
    running: new Set(others.map(({ metadata }) => metadata.name)),
    staying: new Set(others.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name)),
  };
}

/** When the last of the managers that stay began to stop, as far as it was seen here. */
export class PeerWatch {
  #staying: ReadonlySet<string> = new Set();
  #leftMs: number;

  constructor(startedMs: number) {
    this.#leftMs = startedMs;
  }

  /** Epoch milliseconds; the start where none was seen to stop. */
  get leftMs(): number {
    return this.#leftMs;
  }

  follow({ staying }: Peers, nowMs: number): void {
    if (![...this.#staying].every((name) => staying.has(name))) this.#leftMs = nowMs;
    this.#staying = staying;
  }
}

/** A pod that waits for its start has no sessions yet. */
function isRunning({ status }: Pod): boolean {
  return status?.phase === 'Running';
}
