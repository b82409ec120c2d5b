import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { LoadFailure, LoadPlan, LoadReport } from '../programs/load-report.ts';
import { apply, findKubeconfig, kubectl, toProgram } from './cluster.ts';
import { images } from './images.ts';
import { restricted, restrictedPod } from './manifests.ts';

/** What a load saw, with its first failures. */
export type LoadResult = LoadReport & { readonly failures: readonly LoadFailure[] };

/** A load that runs in a pod. */
export interface Load {
  /** Resolves at the first right answer, or when it is over. */
  readonly begun: Promise<void>;
  /** Resolves when its requests are sent. */
  readonly report: Promise<LoadResult>;
  /** Ends one that goes on; then `report` resolves. */
  stop(): void;
}

/** Pods of a client, where programs of the test run. */
export interface Toolbox {
  readonly pods: readonly string[];
  /** Starts a load in the pod with that number. */
  load(plan: Partial<LoadPlan> & Pick<LoadPlan, 'url'>, pod?: number): Load;
  /** Runs a JavaScript module, given as text, in the first pod; answers what it printed. */
  script(source: string): Promise<string>;
  /** Runs a program of the image in the first pod, with `plan` as its argument; answers what it printed. */
  run(program: string, plan: object): Promise<string>;
}

const container = {
  name: 'toolbox',
  image: images.programs,
  resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '1Gi' } },
  securityContext: restricted,
};

/** Starts `count` client pods in `namespace`; they end with the namespace. */
export async function openToolbox(namespace: string, count = 1): Promise<Toolbox> {
  const pods = Array.from({ length: count }, (_, index) => `toolbox-${index}`);
  const spec = {
    containers: [container],
    securityContext: restrictedPod,
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
  };
  await apply(
    namespace,
    pods.map((name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'toolbox' } }, spec })),
  );
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', '--timeout=60s', ...pods.map((name) => `pod/${name}`)]);
  const exec = (pod: string, ...command: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> =>
    spawn(toProgram('kubectl'), ['exec', '-i', '-n', namespace, pod, '--', ...command], {
      env: { ...process.env, KUBECONFIG: findKubeconfig() },
      stdio: 'pipe',
    });
  return {
    pods,
    load(plan, pod = 0) {
      const whole: LoadPlan = {
        path: ['version'],
        requests: 1_000,
        goesOn: false,
        callers: 4,
        keepAlive: true,
        keys: [null],
        header: 'x-intercept-id',
        pauseMs: 0,
        ...plan,
      };
      const child = exec(pods[pod] ?? '', 'node', '/e2e/load.ts', JSON.stringify(whole));
      const begun = Promise.withResolvers<void>();
      return { begun: begun.promise, report: readReport(child, begun.resolve), stop: () => void child.stdin.end() };
    },
    script: async (source) => readOutput(exec(pods[0] ?? '', 'node', '--input-type=module', '-'), source),
    run: async (program, plan) => readOutput(exec(pods[0] ?? '', 'node', program, JSON.stringify(plan)), ''),
  };
}

async function readOutput(child: ChildProcessByStdio<Writable, Readable, Readable>, input: string): Promise<string> {
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}

async function readReport(child: ChildProcessByStdio<Writable, Readable, Readable>, onBegun: () => void): Promise<LoadResult> {
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    onBegun();
  });
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);
  onBegun();
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`The load printed no report: ${stdout}${stderr}`);
  return JSON.parse(line) as LoadResult;
}
