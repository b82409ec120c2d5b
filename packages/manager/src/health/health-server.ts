import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Address } from '@switchyard/config';
import { createSeats, listen, type RenderedMetrics } from '@switchyard/runtime';
import { fixedManagerLimits } from '../limits.ts';

/** What the health listener shows. */
export interface HealthSource {
  readonly metrics: Pick<RenderedMetrics, 'render' | 'contentType'>;
  /** Why the manager is not ready ("draining"); undefined when it is. */
  readonly unreadyReason: () => string | undefined;
}

/** The health listener. Dispose closes it and its connections. */
export interface HealthServer extends AsyncDisposable {
  /** The port that it listens on. */
  readonly port: number;
}

/** Scrapers and probes need few. Whoever takes all of them must not keep the probes out: an unready router is an outage. */
const mostConnections = fixedManagerLimits.healthConnections.value;

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const plain = 'text/plain; charset=utf-8';

/**
 * Opens the plain, read-only listener for probes and scrapers: `/healthz` (200 while the process runs), `/readyz` (503 with the reason
 * while it should get no traffic) and `/metrics`. It shows nothing secret, so it asks nobody who they are. Rejects with `port_in_use` or
 * `bad_config`.
 *
 * @param idleMs how long a connection may do nothing
 */
export async function openHealthServer(
  source: HealthSource,
  address: Address,
  idleMs: number = fixedManagerLimits.healthIdleMs.value,
): Promise<HealthServer> {
  const server = createServer(
    // How often it looks: left alone, half-open connections live for half a minute and keep the probes out.
    { keepAliveTimeout: idleMs, headersTimeout: idleMs, requestTimeout: idleMs, connectionsCheckingInterval: idleMs / 5 },
    createListener(source),
  );
  const seats = createSeats(mostConnections);
  server.on('connection', (socket) => {
    const seat = seats.take(socket.remoteAddress ?? '', () => socket.destroy());
    socket.once('close', () => seat.leave());
  });
  const port = await listen(server, address, 'The health listener');
  server.on('error', () => {});
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createListener(source: HealthSource): RequestListener {
  return (request, response) => {
    toPage(source, request).then(
      (page) => answer(request, response, page),
      () => response.destroy(),
    );
  };
}

async function toPage({ metrics, unreadyReason }: HealthSource, { method, url = '/' }: IncomingMessage): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: plain, text: 'only GET and HEAD\n' };
  switch (url.split('?', 1)[0]) {
    case '/healthz':
      return { status: 200, type: plain, text: 'ok\n' };
    case '/readyz': {
      const reason = unreadyReason();
      return reason === undefined ? { status: 200, type: plain, text: 'ok\n' } : { status: 503, type: plain, text: `${reason}\n` };
    }
    case '/metrics':
      return { status: 200, type: metrics.contentType, text: await metrics.render() };
    default:
      return { status: 404, type: plain, text: 'there are /healthz, /readyz and /metrics\n' };
  }
}

function answer(request: IncomingMessage, response: ServerResponse, { status, type, text }: Page): void {
  // A body that nobody asked for is not read: the connection ends with the answer.
  const close = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    ...(close ? { connection: 'close' } : {}),
  });
  response.end(text);
}
