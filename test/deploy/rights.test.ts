import { createAgentKey, openAgent } from '@switchyard/agent';
import { parseRoutingKey, parseServiceName, silentLog } from '@switchyard/contract';
import { intercepts, openKubeClient, originalAnnotation, routedServices, services, toShadowName, warmAnnotation } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import { watchOverNamespace } from '@switchyard/takeover';
import { createFakeClock, plainSpec } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { waitFor } from '../../tools/process/wait-for.ts';
import { issueTokens } from '../support/account-token.ts';
import { readRole } from './role.ts';
import { openTown, router, serviceName, toIntercept, type Town } from './town.ts';

const isTaken = ({ service }: Town): boolean => service?.metadata.annotations?.[originalAnnotation] !== undefined;
const isGone = ({ kubernetes }: Town): boolean =>
  kubernetes.get(routedServices, serviceName) === undefined && kubernetes.get(services, toShadowName(serviceName)) === undefined;

// Restoring ends with ten seconds in which callers may still come.
test('the manager, and the release by it, use every right of their Role and lack none', { timeout: 90_000 }, async () => {
  const role = await readRole('switchyard-manager');
  await using town = await openTown();
  const { kubernetes } = town;
  const manager = town.run(role, '--role', 'all', '--config', town.configuration);
  await manager.says('"ready"');
  kubernetes.put(toIntercept('alice', 3600));
  await town.until('the Service to be taken over', () => isTaken(town));
  const api = /"api":"([^"]+)"/.exec(manager.readLog())?.[1] ?? '';
  await askForNothing(api);
  await comeWithToken(api, issueTokens(kubernetes)('ci'));
  town.change({ annotations: { [warmAnnotation]: 'true' } });
  await town.until('the record to say warm', () => kubernetes.get(routedServices, serviceName)?.spec.warm === true);
  kubernetes.put(toIntercept('bob', 1));
  await town.until('an expired intercept to be deleted', () => kubernetes.get(intercepts, `${serviceName}.http.bob`) === undefined);

  const release = town.run(role, 'release');
  await town.until('everything to be given back', () => !isTaken(town) && isGone(town));
  await waitFor(() => !release.running, { what: 'the release to end', timeoutMs: 30_000 });
  expect(release.readLog()).toContain(`${serviceName}: given back`);
  expect(release.readLog()).toContain(`${serviceName}.http.alice: ended`);
  expect(kubernetes.list(intercepts)).toEqual([]);
  expect([...role.missing]).toEqual([]);
  expect(role.unused).toEqual([
    // No request: the admission policies ask whether the caller has it.
    'act-for switchyard.dev/intercepts',
  ]);
});

test('the watchdog uses every right of its Role and lacks none', { timeout: 90_000 }, async () => {
  const manager = await readRole('switchyard-manager');
  const role = await readRole('switchyard-watchdog');
  await using town = await openTown();
  const { kubernetes } = town;
  const taker = town.run(manager, '--role', 'all', '--config', town.configuration);
  kubernetes.put(toIntercept('alice', 3600));
  await town.until('the Service to be taken over', () => isTaken(town));
  await taker.crash();
  kubernetes.remove(router);

  kubernetes.refuse = (request) => (role.admits(request) ? undefined : 403);
  const clock = createFakeClock();
  const stop = new AbortController();
  await using client = await openKubeClient({ clock: createSystemClock(), log: silentLog }, { kubeconfig: kubernetes.kubeconfig });
  const watching = watchOverNamespace({ clock, log: silentLog, client }, stop.signal);
  await town.until('the Service to be given back', () => {
    // Time passes only while the watchdog waits, so that a slow machine does not make its calls late.
    if (clock.pending > 0) clock.advance(1_000);
    return !isTaken(town) && isGone(town);
  });
  stop.abort();
  await watching;
  expect([...role.missing]).toEqual([]);
  expect(role.unused).toEqual([]);
});

/** An agent whose intercept the manager has not seen: it asks the API server. */
async function askForNothing(url: string): Promise<void> {
  await expect(openAgentOf('carol', url, undefined)).rejects.toMatchObject({ code: 'intercept_not_found' });
}

/** An agent that the manager makes an intercept for. */
async function comeWithToken(url: string, token: string): Promise<void> {
  const agent = await openAgentOf('dave', url, token);
  expect(agent.intercepts).toMatchObject([{ owner: 'system:serviceaccount:shop:ci' }]);
  await agent.goodbye();
}

function openAgentOf(key: string, url: string, token: string | undefined): ReturnType<typeof openAgent> {
  const spec = { ...plainSpec, service: parseServiceName(serviceName), port: 'http', key: parseRoutingKey(key) } as const;
  return openAgent(
    { clock: createSystemClock(), log: silentLog },
    {
      url: new URL(url),
      owner: key,
      client: 'laptop',
      token: token === undefined ? undefined : () => Promise.resolve(token),
      keyPair: createAgentKey(),
      intercepts: [{ spec, deliver: { host: '127.0.0.1', port: 9 } }],
      onEvent: () => {},
      signal: AbortSignal.timeout(10_000),
    },
  );
}
