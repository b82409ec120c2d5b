import type { Clock, Log } from '@switchyard/contract';
import type { KubeClient } from '@switchyard/kube';
import { createSystemClock, type MainContext } from '@switchyard/runtime';
import { deleteIntercepts, releaseNamespace, type ReleaseStep, type ServiceRelease } from '@switchyard/takeover';
import type { Command } from '../command-line.ts';
import { serviceLimits } from '../limits.ts';
import { openNamespaceClient } from './namespace-client.ts';
import { createProcessLog } from './process-log.ts';

/** What `giveAllBack` works with. */
export interface GiveBackDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
  /** Tells a person, a line at a time. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The command: `giveAllBack` for the namespace that the command line or the environment names. */
export async function release(command: Command & { t: 'release' }, context: MainContext): Promise<number> {
  const { signal, env, stdout } = context;
  const deps = { clock: createSystemClock(), log: createProcessLog(command, context) };
  await using client = await openNamespaceClient(deps, command, env);
  return await giveAllBack({ ...deps, client, signal, say: (line) => void stdout.write(`${line}\n`) });
}

/**
 * Gives all Services of a namespace back, says what became of each, and ends all intercepts, which nobody would serve any more. The exit
 * code is 1 where a Service is not its owner's again; then the intercepts stay.
 */
export async function giveAllBack({ say, signal, ...deps }: GiveBackDeps): Promise<number> {
  const { client } = deps;
  const report = await releaseNamespace(deps, {
    timeoutMs: serviceLimits.releaseMs.value,
    signal,
    onStep: (step) => say(toStepLine(step)),
  });
  for (const service of report.services) say(toServiceLine(service));
  if (report.by === 'nobody') say(`No Service of ${client.namespace} was taken over.`);
  if (report.services.some(({ t }) => t === 'failed')) return 1;
  for (const intercept of await deleteIntercepts({ client }, signal)) say(`${intercept}: ended`);
  return 0;
}

function toStepLine(step: ReleaseStep): string {
  switch (step.t) {
    case 'waiting':
      return `Waiting for the manager: ${step.held} ${step.held === 1 ? 'Service is' : 'Services are'} still taken over.`;
    case 'lingering':
      return 'All Services are given back; open connections come to their end.';
    case 'restoring':
      return {
        'no-leader': 'No manager answers: the Services are given back without it.',
        stalled: 'The manager does not get on: the Services are given back without it.',
        'timed-out': 'The manager takes too long: the Services are given back without it.',
      }[step.why];
  }
}

function toServiceLine(release: ServiceRelease): string {
  switch (release.t) {
    case 'restored':
      return `${release.service}: given back`;
    case 'gone':
      return `${release.service}: does not exist any more`;
    case 'failed':
      return `${release.service}: NOT given back: ${release.error.message}${release.error.hint === undefined ? '' : ` ${release.error.hint}`}`;
  }
}
