import type { Intercept } from '@switchyard/kube';
import { tryKubectl } from '../support/cluster.ts';
import type { Outcome } from '../../../tools/process/run.ts';

/** An intercept of `orders` by `user`, by default with a key named as they are. */
export function toIntercept(user: string, spec: Partial<Intercept['spec']> = {}): Intercept {
  const whole = { service: 'orders', port: 'http', key: user, owner: { user }, ...spec };
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: `${whole.service}.${whole.port}.${whole.key}` },
    spec: whole,
  };
}

/** Runs kubectl in `namespace` as `user`, who may be anybody; `input` is an object given as standard input. */
export async function kubectlAs(user: string, namespace: string, args: readonly string[], input?: object): Promise<Outcome> {
  return tryKubectl([...args, '--as', user, '-n', namespace], input === undefined ? {} : { input: JSON.stringify(input) });
}
