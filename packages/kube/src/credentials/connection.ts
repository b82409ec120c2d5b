import { Agent as HttpAgent, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { InterceptError, toLimitValues } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import { kubeLimits } from '../limits.ts';
import type { KubeconfigOptions } from './load-kubeconfig.ts';

/** Options of `node:https` that carry credentials, for one request. */
export interface ConnectOptions extends RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent;
}

/** An API server, and how to prove to it who we are. */
export interface KubeConnection extends Disposable {
  readonly server: URL;
  /** Name of the context; `in-cluster` in a pod. */
  readonly context: string;
  readonly namespace: string;
  /**
   * What a request has to be made with: the header that proves who we are, certificates, and an agent that keeps connections. To be asked
   * for each request: tokens expire and are renewed. Rejects with `not_signed_in` where a credential plugin fails, and as `signal` does.
   */
  toConnectOptions(signal: AbortSignal): Promise<ConnectOptions>;
}

/** The namespace where nobody named one. */
const defaultNamespace = 'default';

/** Reads a kubeconfig, or what a pod has. Rejects with `bad_config`. Loads the library that knows all the ways to sign in. */
export async function openConnection(options: KubeconfigOptions & { readonly namespace?: string | undefined }): Promise<KubeConnection> {
  const { loadKubeconfig } = await import('./load-kubeconfig.ts');
  const config = loadKubeconfig(options);
  const cluster = config.getCurrentCluster();
  const server = toServer(cluster?.server ?? '');
  const context = config.getContextObject(config.getCurrentContext());
  // The library asks for this word before it speaks plain HTTP, where there is no certificate to verify.
  if (server.protocol === 'http:') config.clusters = config.clusters.map((each) => ({ ...each, skipTLSVerify: true }));

  const { idleMs } = toLimitValues(kubeLimits);
  const agentOptions = { keepAlive: true, timeout: idleMs };
  const agent = server.protocol === 'http:' ? new HttpAgent(agentOptions) : new HttpsAgent(agentOptions);

  return {
    server,
    context: context?.name === 'inClusterContext' ? 'in-cluster' : config.getCurrentContext(),
    namespace: options.namespace ?? toNamespace(context?.namespace),
    toConnectOptions: async (signal) => {
      const given: RequestOptions = {};
      await orAborted(config.applyToHTTPSOptions(given).catch(toSignInError), signal);
      // Only the library's agent knows the way through a proxy. Ours keeps connections apart by their certificates.
      const isProxied = cluster?.proxyUrl !== undefined && given.agent instanceof HttpAgent;
      return { ...given, headers: toHeaders(given), agent: isProxied ? (given.agent as HttpAgent) : agent };
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** A context with an empty namespace, as some tools write it, names none. */
function toNamespace(written = ''): string {
  const name = written.trim();
  return name === '' ? defaultNamespace : name;
}

function toServer(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new InterceptError('bad_config', `The kubeconfig's server ${text} is no address.`, { hint: 'It should be as https://HOST:PORT.' });
}

function toHeaders({ headers }: RequestOptions): Readonly<Record<string, string>> {
  const entries = Object.entries((headers ?? {}) as Readonly<Record<string, unknown>>);
  // Tokens are read from files, which end in a line break.
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value).trim()]));
}

function toSignInError(error: unknown): never {
  throw new InterceptError('not_signed_in', 'The credentials that the kubeconfig names could not be got.', {
    hint: 'Try it with kubectl get pods: it asks the same plugin or file.',
    cause: error,
  });
}

/** The library's plugins cannot be stopped; nobody has to wait for them. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(toAbortError(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject);
  });
}
