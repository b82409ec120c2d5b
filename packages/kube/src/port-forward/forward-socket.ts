import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InterceptError, toLimitValues, type Log } from '@switchyard/contract';
import { onExit } from '@switchyard/runtime';
import { forwardLimits } from '../limits.ts';
import { openPortForward, type PortForwardDeps } from './open-port-forward.ts';

/** What a forward socket needs. */
export interface ForwardSocketDeps extends PortForwardDeps {
  readonly log: Log;
}

/** Where the connections to a forward socket go, and where it lies. */
export interface ForwardSocketOptions {
  readonly namespace: string;
  /** Port of the pods. */
  readonly port: number;
  /** An existing folder for sockets: `XDG_RUNTIME_DIR`, or the one for temporary files. */
  readonly folder: string;
  /** Names the pod for a connection; asked anew for each. A rejection fails that connection. */
  pickPod(signal: AbortSignal): Promise<string>;
}

/**
 * A socket of this machine that leads to pods through the API server, for this user alone. Each connection is a port-forward of its own;
 * one that fails is closed, and `lastError` says why. Dispose closes all of them and removes the socket, as does the end of the process.
 */
export interface ForwardSocket extends AsyncDisposable {
  /** `unix:///PATH` */
  readonly url: URL;
  readonly path: string;
  /** Why a connection failed last; undefined once one carried an answer since. */
  readonly lastError: InterceptError | undefined;
}

/** Opens a forward socket. Rejects with `bad_config` where the folder cannot hold one. */
export async function openForwardSocket(deps: ForwardSocketDeps, options: ForwardSocketOptions): Promise<ForwardSocket> {
  // Only this user may enter the folder, whoever may use the socket in it.
  const folder = await mkdtemp(join(options.folder, 'switchyard-')).catch(toUnusable(options.folder));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const exit = onExit(remove);
  const forwards = new Forwards(deps, options);
  const server = createServer({ allowHalfOpen: true }, (socket) => void forwards.serve(socket));
  server.maxConnections = toLimitValues(forwardLimits).connections;
  const path = join(folder, 'manager.sock');
  const close = async (): Promise<void> => {
    forwards.close();
    await new Promise((resolve) => void server.close(resolve));
    remove();
    exit[Symbol.dispose]();
  };
  await listen(server, path).catch(async (error: unknown) => {
    await close();
    return toUnusable(options.folder)(error);
  });
  return {
    url: new URL(pathToFileURL(path).href.replace(/^file:/, 'unix:')),
    path,
    get lastError() {
      return forwards.lastError;
    },
    [Symbol.asyncDispose]: close,
  };
}

/** The connections of one socket. */
class Forwards {
  readonly #deps: ForwardSocketDeps;
  readonly #options: ForwardSocketOptions;
  readonly #sockets = new Set<Socket>();
  #lastError: InterceptError | undefined;

  constructor(deps: ForwardSocketDeps, options: ForwardSocketOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  get lastError(): InterceptError | undefined {
    return this.#lastError;
  }

  /** Forwards one connection until it is over; never rejects. */
  async serve(socket: Socket): Promise<void> {
    const closed = new AbortController();
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#sockets.delete(socket);
      closed.abort(new InterceptError('canceled', 'The local connection was closed.'));
    });
    try {
      await this.#forward(socket, closed.signal);
    } catch (reason) {
      if (!closed.signal.aborted) this.#fail(socket, InterceptError.from(reason));
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #forward(socket: Socket, signal: AbortSignal): Promise<void> {
    const { namespace, port } = this.#options;
    const pod = await this.#options.pickPod(signal);
    const stream = await openPortForward(this.#deps, { namespace, pod, port }, signal);
    this.#deps.log.debug('forward_opened', { pod, port });
    stream.on('error', (error) => this.#fail(socket, InterceptError.from(error)));
    stream.once('data', () => (this.#lastError = undefined));
    socket.once('close', () => stream.destroy());
    socket.pipe(stream).pipe(socket);
    // It may have closed in the turn between.
    if (signal.aborted) stream.destroy();
  }

  #fail(socket: Socket, error: InterceptError): void {
    this.#deps.log.debug('forward_failed', { code: error.code, reason: error.message });
    this.#lastError = error;
    socket.destroy();
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function toUnusable(folder: string): (cause: unknown) => never {
  return (cause) => {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new InterceptError('bad_config', `The folder ${folder} cannot hold a socket: ${words}.`, {
      hint: 'Name another in XDG_RUNTIME_DIR or TMPDIR.',
      cause,
    });
  };
}
