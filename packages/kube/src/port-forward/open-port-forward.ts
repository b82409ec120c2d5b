import type { Duplex } from 'node:stream';
import { InterceptError, toLimitValues, type Clock } from '@switchyard/contract';
import { WebSocket } from 'ws';
import type { KubeClient } from '../client.ts';
import type { KubeConnection } from '../credentials/connection.ts';
import { createDeadline } from '../http/deadline.ts';
import { readText } from '../http/exchange.ts';
import { parseStatus, toFailure, toUnreachable } from '../http/failure.ts';
import { toPath } from '../http/paths.ts';
import { forwardLimits } from '../limits.ts';
import { pods } from '../resources/core.ts';
import { channelProtocol } from './channels.ts';
import { ForwardStream } from './forward-stream.ts';
import { toTargetText, type ForwardTarget } from './forward-target.ts';

const limits = toLimitValues(forwardLimits);
/** The right that is needed besides `get`. */
const right = 'create pods/portforward';

/** What a port-forward needs. */
export interface PortForwardDeps {
  readonly clock: Clock;
  /** Whose credentials are used. */
  readonly client: Pick<KubeClient, 'connection'>;
}

/**
 * Connects to a port of a pod, through the API server. The caller owns the stream; it passes on back-pressure both ways. Whether something
 * listens in the pod shows on the stream.
 *
 * Rejects, within 10 s, with `not_signed_in`, `not_allowed` (the right `create pods/portforward` is missing), `cluster_not_found` (no such
 * pod), `cluster_unavailable` or as `signal` is aborted. The stream fails with `upstream_unreachable` (nothing listens) or `tunnel_lost`.
 */
export async function openPortForward({ clock, client }: PortForwardDeps, target: ForwardTarget, signal: AbortSignal): Promise<Duplex> {
  const { connection } = client;
  const toLate = (): InterceptError =>
    new InterceptError(
      'cluster_unavailable',
      `The Kubernetes API server at ${connection.server.host} did not forward to ${toTargetText(target)} within ${limits.openMs / 1000} s.`,
    );
  using deadline = createDeadline(clock, limits.openMs, signal, toLate);
  return await connect(clock, connection, target, deadline.signal);
}

async function connect(clock: Clock, connection: KubeConnection, target: ForwardTarget, signal: AbortSignal): Promise<Duplex> {
  const options = await connection.toConnectOptions(signal);
  signal.throwIfAborted();
  const socket = new WebSocket(toUrl(connection.server, target), channelProtocol, {
    ...options,
    perMessageDeflate: false,
    maxPayload: limits.receivedFrameBytes,
  });
  return new Promise((resolve, reject) => {
    const onAbort = (): void => fail(signal.reason as Error);
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
    };
    const fail = (error: Error): void => {
      settle();
      // What it says of being given up is no news.
      socket.on('error', () => {});
      socket.terminate();
      reject(error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => fail(toUnreachable(`${right} of ${target.pod}`, connection.server, error)));
    socket.on('unexpected-response', (_request, response) => {
      void readText(response, limits.refusalBytes)
        .catch(() => '')
        .then((text) => fail(toFailure(`${right} of ${target.pod}`, response.statusCode ?? 0, parseStatus(text))));
    });
    socket.on('open', () => {
      settle();
      resolve(new ForwardStream(clock, socket, target));
    });
  });
}

function toUrl(server: URL, { namespace, pod, port }: ForwardTarget): URL {
  const path = toPath(pods, { namespace, name: pod, subresource: 'portforward' });
  const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}?ports=${port}`, server);
  url.protocol = server.protocol === 'http:' ? 'ws:' : 'wss:';
  return url;
}
