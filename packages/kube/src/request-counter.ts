import { InterceptError, type Code, type Log, type Metrics } from '@switchyard/contract';

/** What is done with a resource. */
export type Verb = 'get' | 'list' | 'create' | 'patch' | 'delete' | 'watch';

/** Counts the calls to the API server by how they ended, and notes each in the log. */
export interface RequestCounter {
  /** Runs `call` and counts it; passes on what it gives. */
  count<T>(verb: Verb, plural: string, call: () => Promise<T>): Promise<T>;
  /** Counts a call that ended. */
  ended(verb: Verb, plural: string, code: 'ok' | Code): void;
}

/** A counter in `metrics`; its labels are the verbs, the resource types of this package's callers and the failure codes. */
export function createRequestCounter(log: Log, metrics: Metrics): RequestCounter {
  const counter = metrics.counter<'verb' | 'resource' | 'code'>({
    name: 'switchyard_kubernetes_requests_total',
    help: 'Calls to the Kubernetes API, by how they ended: `ok` or a failure code. A watch counts when it ends.',
    labels: ['verb', 'resource', 'code'],
  });
  const ended = (verb: Verb, plural: string, code: 'ok' | Code): void => {
    counter.add(1, { verb, resource: plural, code });
    log.debug('kubernetes_call', { verb, resource: plural, code });
  };
  return {
    ended,
    async count(verb, plural, call) {
      try {
        const result = await call();
        ended(verb, plural, 'ok');
        return result;
      } catch (error) {
        ended(verb, plural, InterceptError.from(error).code);
        throw error;
      }
    },
  };
}
