import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';

/** An answer, as far as the demo looks at it. */
export interface Answer {
  readonly status: number;
  /** Header fields by lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON body; undefined when it was none. */
  readonly body: unknown;
}

/** One kept-alive connection to a port of the loopback interface. */
export interface KeptConnection extends Disposable {
  /** Rejects when the answer does not come within 15 s. */
  get(headers: Readonly<Record<string, string>>): Promise<Answer>;
  /** The local ports that were used until now: one, when the connection was really kept. */
  readonly localPorts: ReadonlySet<number>;
}

/** Connects with the first request. */
export function createKeptConnection(port: number): KeptConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const localPorts = new Set<number>();
  const get: KeptConnection['get'] = async (headers) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const outgoing = request({ host: '127.0.0.1', port, agent, headers, signal: AbortSignal.timeout(15_000) }, (response) => {
      localPorts.add(response.socket.localPort ?? 0);
      const finish = (body: unknown): void => resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      json(response).then(finish, () => finish(undefined));
    });
    outgoing.on('error', reject).end();
    return promise;
  };
  return { get, localPorts, [Symbol.dispose]: () => agent.destroy() };
}
