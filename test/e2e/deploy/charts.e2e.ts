import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findStale } from '../../../tools/generate/generate.ts';
import { renderManifests } from '../../../tools/generate/manifests.ts';
import { kubectl, root, tryKubectl } from '../support/cluster.ts';
import { installCluster } from '../support/install.ts';
import { openNamespace, type TestNamespace } from '../support/namespace.ts';
import { charts, template, tryHelm } from './helm.ts';

/** Values that use everything that a chart can be told, as `--set-json` takes them. */
const everything = [
  'image={"repository":"registry.example:5000/tools/switchyard","tag":"1.2.3","pullPolicy":"Always"}',
  'imagePullSecrets=[{"name":"registry"}]',
  'config={"routing":{"aliases":["x-my-key"]},"limits":{"hold":"5s","interceptsPerOwner":8},"auth":{"serviceAccounts":{"namespaces":["ci"]},"oidc":{"issuer":"https://id.example","clientId":"a","usernamePrefix":"oidc:"}}}',
  'oidcAuthority={"configMapName":"corp-authority"}',
  'logLevel="debug"',
  'resources={"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"memory":"1Gi"}}',
  'nodeSelector={"disk":"ssd"}',
  'tolerations=[{"key":"edge","operator":"Exists"}]',
  'affinity={"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists"}]}]}}}',
  'topologySpreadConstraints=[{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{}}]',
  'priorityClassName="system-cluster-critical"',
  'podAnnotations={"prometheus.io/scrape":"true"}',
  'podLabels={"team":"platform"}',
  'mesh={"sidecars":true}',
  'tls={"secretName":"manager-tls","requireClientCertificates":true}',
  'networkPolicies={"enabled":true,"callers":[{"namespaceSelector":{}}],"api":"anybody","metrics":[],"apiServer":{"cidrs":["10.0.0.1/32","fd00::1/128"],"ports":[6443]},"egress":[{"to":[{"ipBlock":{"cidr":"192.0.2.0/24"}}],"ports":[{"port":4318}]}]}',
  'watchdog={"enabled":true}',
  'release={"enabled":true,"timeoutSeconds":60}',
].flatMap((value) => ['--set-json', value]);

const variants: readonly { readonly name: string; readonly chart: keyof typeof charts; readonly values: readonly string[] }[] = [
  { name: 'the cluster’s part as it is', chart: 'cluster', values: [] },
  {
    name: 'the cluster’s part, strict and leaving nothing',
    chart: 'cluster',
    values: ['--set', 'crds.keep=false,editMayIntercept=false,requireGroups=true'],
  },
  { name: 'the manager as it is', chart: 'namespace', values: [] },
  { name: 'the manager told everything', chart: 'namespace', values: everything },
  { name: 'the manager alone', chart: 'namespace', values: ['--set', 'watchdog.enabled=false,release.enabled=false'] },
];

test.for(Object.values(charts))('%s passes helm lint', async (chart) => {
  expect(await tryHelm('lint', '--strict', chart)).toMatchObject({ exitCode: 0 });
});

describe('what the charts make', () => {
  let namespace: TestNamespace;
  beforeAll(async () => {
    await installCluster();
    namespace = await openNamespace('charts');
    // Pods are checked when they are made; this checks the templates of those who make them.
    await kubectl(['label', 'namespace', namespace.name, 'pod-security.kubernetes.io/warn=restricted']);
  });
  afterAll(async () => namespace[Symbol.asyncDispose]());

  test.for(variants)('is taken by the API server field by field, without a warning: $name', async ({ chart, values }) => {
    const input = await template(chart, '--namespace', namespace.name, ...values);
    const answer = await tryKubectl(['create', '--dry-run=server', '--validate=strict', '-n', namespace.name, '-f', '-'], { input });
    // The cluster's part may be there already.
    expect(answer.stderr.replaceAll(/^Error from server \(AlreadyExists\).*\n?/gm, '')).toBe('');
  });
});

describe('values that are refused', () => {
  test.for([
    ['namespace', 'replicas=0'],
    ['namespace', 'image.tagg=dev'],
    ['namespace', 'image.tag='],
    ['namespace', 'image.pullPolicy=Sometimes'],
    ['namespace', 'logLevel=loud'],
    ['namespace', 'config.services[0].name=orders'],
    ['namespace', 'config.limits.hold=soon'],
    ['namespace', 'config.limits.interceptsPerUser=5'],
    ['namespace', 'terminationGracePeriodSeconds=30'],
    ['namespace', 'release.timeoutSeconds=5'],
    ['namespace', 'tolerations=none'],
    ['namespace', 'tls.secretName=Not_A_Name'],
    ['namespace', 'oidcAuthority.configMapName=Not_A_Name'],
    ['namespace', 'config.auth.oidc.issuer=https://id.example,config.auth.oidc.clientId=a,config.auth.oidc.usernamePrefix=oidc:'],
    ['namespace', 'networkPolicies.callers=somebody'],
    ['namespace', 'networkPolicies.api[0].podselector.matchLabels.app=a'],
    ['namespace', 'networkPolicies.apiServer.cidrs[0]=10.0.0.1'],
    ['namespace', 'networkPolicies.apiServer.ports[0]=0'],
    ['cluster', 'crds.keep=maybe'],
    ['cluster', 'crd.keep=false'],
  ] as const)('%s chart: %s', async ([chart, value]) => {
    await expect(template(chart, '--set', value)).rejects.toThrow(/values don't meet the specifications of the schema/);
  });
});

test('the manifests without Helm are what the charts say', async () => {
  expect((await findStale(root, await renderManifests(root))).map(({ path }) => path)).toEqual([]);
});
