import { formatLocalAddress, type AgentIntercept, type LocalAddress } from '@switchyard/agent';
import { InterceptError, parseServiceName, type RoutingKey } from '@switchyard/contract';
import type { Context } from '../context.ts';
import { isListening } from '../local/reachable.ts';
import { openManager } from '../open-manager.ts';
import { projectFileName, type Project, type ProjectIntercept } from '../project-file.ts';
import { findRoutedPort, refuseKnownConflict, type RoutedPort } from '../routed-service.ts';
import type { Settings } from '../settings.ts';
import type { ServiceMapping } from '../values.ts';
import { refuseLoop } from './refuse-loop.ts';

/** One service that `up` intercepts. */
export interface UpPlan {
  readonly routed: RoutedPort;
  readonly local: LocalAddress;
  readonly intercept: AgentIntercept;
}

type Wanted = ProjectIntercept & { readonly local: LocalAddress };

/**
 * Refuses what cannot work before anything is registered. Rejects with `bad_usage`, `local_refused`, `service_not_found`, `route_conflict`,
 * or what reaching the manager rejects with.
 */
export async function planUp(
  context: Context,
  settings: Settings,
  key: RoutingKey,
  mappings: readonly ServiceMapping[],
): Promise<readonly UpPlan[]> {
  const wanted = mappings.length === 0 ? fromProject(settings.project) : mappings.map((mapping) => fromMapping(mapping, settings.project));
  await refuseAbsentProcesses(wanted);
  const stopWaiting = context.output.wait(`asking the manager at ${settings.manager.url.host}`);
  try {
    await using manager = openManager(context, settings);
    const [services, live, { owner = settings.owner }] = await Promise.all([
      manager.listServices(),
      manager.listIntercepts(),
      manager.info(),
    ]);
    const plans = wanted.map((each) =>
      toPlan(each, findRoutedPort(services, parseServiceName(each.service), each.port, hintPort(each)), key),
    );
    refuseTwice(plans);
    for (const { routed, local } of plans) {
      refuseLoop(local, services, settings.manager.url);
      refuseKnownConflict(live, routed, { key, owner });
    }
    return plans;
  } finally {
    stopWaiting();
  }
}

function toPlan({ local, whenAway = 'fail', lifetime }: Wanted, routed: RoutedPort, key: RoutingKey): UpPlan {
  const spec = { service: routed.service, port: routed.port.name, key, whenAway, lifetimeMs: lifetime, directPort: undefined };
  return { routed, local, intercept: { spec, deliver: local } };
}

function hintPort({ service }: Wanted): (portName: string) => string {
  return (portName) => `List it with its port in ${projectFileName}: { service: ${service}, port: ${portName} }.`;
}

/** With one key, a request has one place to go. */
function refuseTwice(plans: readonly UpPlan[]): void {
  const names = plans.map(({ routed }) => `${routed.service} (port ${routed.port.name})`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new InterceptError('bad_usage', `${twice} is named more than once, but your requests for it can only go to one process.`, {
    hint: 'Name it once.',
  });
}

function fromProject(project: Project | undefined): readonly Wanted[] {
  if (project === undefined || project.intercepts.length === 0) {
    const where = project === undefined ? `There is no ${projectFileName} here` : `${project.path} lists no intercepts`;
    throw new InterceptError('bad_usage', `${where}, so that nothing says what to intercept.`, {
      hint: 'Name services and ports: intercept up orders=3000.',
    });
  }
  return project.intercepts.map((each) => withLocal(each, each.local));
}

function fromMapping({ service, local }: ServiceMapping, project: Project | undefined): Wanted {
  const known = project?.intercepts.find((each) => each.service === service);
  return withLocal(known ?? { service }, local ?? known?.local);
}

function withLocal(intercept: ProjectIntercept, local: LocalAddress | undefined): Wanted {
  if (local !== undefined) return { ...intercept, local };
  throw new InterceptError('bad_usage', `Nothing says where your process for ${intercept.service} listens.`, {
    hint: `Write ${intercept.service}=PORT, or \`local: PORT\` in ${projectFileName}.`,
  });
}

async function refuseAbsentProcesses(wanted: readonly Wanted[]): Promise<void> {
  const states = await Promise.all(wanted.map(({ local }) => isListening(local)));
  const absent = wanted.filter((_, index) => states[index] === false);
  if (absent.length === 0) return;
  const list = absent.map(({ service, local }) => `${formatLocalAddress(local)} (for ${service})`).join(' and ');
  throw new InterceptError('local_refused', `Nothing listens at ${list}.`, {
    hint: 'Start your processes first, or start one with `intercept run SERVICE -- COMMAND`.',
  });
}
