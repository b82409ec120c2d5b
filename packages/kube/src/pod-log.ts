import type { Clock } from '@switchyard/contract';
import type { KubeClient } from './client.ts';
import { createCaller } from './http/caller.ts';
import { toPath, toQuery } from './http/paths.ts';
import { pods } from './resources/core.ts';

/** Which lines of a container's log are wanted. */
export interface PodLogOptions {
  readonly container: string;
  /** Those of the container that ran before in its place. Default: of the one that is there. */
  readonly previous?: boolean;
  /** Go on with what is written from now on. */
  readonly follow?: boolean;
  /** RFC 3339: only what was written since. */
  readonly sinceTime?: string | undefined;
  /** At most so many, the newest. */
  readonly tailLines: number;
  /** How long nothing may come; then it rejects with `cluster_unavailable`. */
  readonly silentMs: number;
  readonly signal: AbortSignal;
}

/** One line of a log. */
export interface PodLogLine {
  /** When it was written, RFC 3339. */
  readonly time: string;
  readonly text: string;
}

/**
 * The lines of the log of a container in the client's namespace, as the node keeps them: what is very old, or of a pod that is gone, is not
 * there. Needs the right to get `pods/log`. Rejects as `KubeClient.watch` does; `cluster_refused` where there is no such container.
 */
export async function* readPodLog(
  { clock, client }: { readonly clock: Clock; readonly client: Pick<KubeClient, 'connection' | 'namespace'> },
  pod: string,
  { container, previous, follow, sinceTime, tailLines, silentMs, signal }: PodLogOptions,
): AsyncGenerator<PodLogLine> {
  const place = toPath(pods, { namespace: client.namespace, name: pod, subresource: 'log' });
  const path = place + toQuery({ container, previous, follow, sinceTime, tailLines, timestamps: true });
  for await (const line of createCaller(clock, client.connection).stream(
    { title: `read the log of ${pod}`, method: 'GET', path },
    silentMs,
    signal,
  )) {
    const space = line.indexOf(' ');
    if (space > 0) yield { time: line.slice(0, space), text: line.slice(space + 1) };
  }
}
