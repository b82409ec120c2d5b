import { randomBytes } from 'node:crypto';
import { kubectl, tryKubectl } from './cluster.ts';
import { eventually } from './wait.ts';

/** A namespace of a test's own. Dispose deletes it with all that is in it. */
export interface TestNamespace extends AsyncDisposable {
  readonly name: string;
}

/** Creates a namespace that admits only pods of the profile `restricted`. */
export async function openNamespace(label: string): Promise<TestNamespace> {
  const name = `e2e-${label}-${randomBytes(3).toString('hex')}`;
  await kubectl(['create', 'namespace', name]);
  await kubectl(['label', 'namespace', name, 'pod-security.kubernetes.io/enforce=restricted']);
  await eventually('the namespace to have its ServiceAccount', 20_000, async () =>
    (await tryKubectl(['get', 'serviceaccount', 'default', '-n', name])).exitCode === 0 ? true : undefined,
  );
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      // A manager that stops waits for the next one, and the namespace's end is looked at again only long after.
      await kubectl(['delete', 'deployments,pods', '--all', '--force', '--grace-period=0', '-n', name]);
      await kubectl(['delete', 'namespace', name, '--timeout=90s']);
    },
  };
}
