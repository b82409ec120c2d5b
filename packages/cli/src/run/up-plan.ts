import { formatLocalAddress, type AgentIntercept, type LocalAddress } from '@switchyard/agent';
import { InterceptError, parseServiceName, type Clock, type RoutingKey } from '@switchyard/contract';
import type { Context } from '../context.ts';
import { isListening } from '../local/reachable.ts';
import type { Control } from '../control/control.ts';
import { projectFileName } from '../find-project-file.ts';
import type { Project, ProjectIntercept } from '../project-file.ts';
import { narrow } from '../policy/narrow.ts';
import { findRoutedPort, refuseKnownConflict, refuseUnsupported, type RoutedPort } from '../routed-service.ts';
import { toSelection, type Selection, type SelectionArgs } from '../match/selection.ts';
import { describeWide } from '../match/wide.ts';
import type { Lane, ServiceMapping } from '../values.ts';
import { refuseLoop } from './refuse-loop.ts';

/** One service that `up` intercepts. */
export interface UpPlan {
  readonly routed: RoutedPort;
  readonly local: LocalAddress;
  readonly intercept: AgentIntercept;
}

/** A service that is wanted, which of its requests, and where its process listens. */
export type Wanted = ProjectIntercept & { readonly local: LocalAddress; readonly selection: Selection };

/** What `up` is to intercept; the processes have to listen already. Rejects with `bad_usage` or `local_refused`. */
export async function toWanted(
  clock: Clock,
  project: Project | undefined,
  mappings: readonly ServiceMapping[],
  args: SelectionArgs,
): Promise<readonly Wanted[]> {
  const located = mappings.length === 0 ? fromProject(project) : mappings.map((mapping) => fromMapping(mapping, project));
  const wanted = located.map((each) => ({ ...each, selection: toSelection(args, each) }));
  await refuseAbsentProcesses(clock, wanted);
  return wanted;
}

/**
 * Refuses what cannot work before anything is registered. Rejects with `bad_usage`, `service_not_found`, `service_unsupported`,
 * `route_conflict`, or what asking rejects with.
 */
export async function planUp(
  { clock, output }: Context,
  control: Control,
  { key, lane, project }: { readonly key: RoutingKey | undefined; readonly lane: Lane | undefined; readonly project: Project | undefined },
  wanted: readonly Wanted[],
): Promise<readonly UpPlan[]> {
  const stopWaiting = output.wait(`asking ${control.place}`);
  try {
    const [services, live, owner] = await Promise.all([control.listServices(), control.listIntercepts(), control.owner()]);
    const at = clock.date();
    const plans = await Promise.all(
      wanted.map(async (each) => {
        const place = findRoutedPort({ services, where: control.where }, parseServiceName(each.service), each.port, hintPort(each));
        const plan = toPlan(each, place, key);
        const { spec } = plan.intercept;
        return { ...plan, intercept: { ...plan.intercept, spec: await narrow(spec, { project, owner, lane, at }) } };
      }),
    );
    refuseTwice(plans);
    for (const { routed, local, intercept } of plans) {
      if (control.manager !== undefined) refuseLoop(local, services, control.manager);
      refuseUnsupported(services, routed);
      refuseKnownConflict(live, { ...intercept.spec, port: routed.port.name, owner });
    }
    await control.check({ specs: plans.map(({ intercept: { spec } }) => spec), lane });
    for (const wide of plans.flatMap(({ intercept: { spec } }) => describeWide(spec) ?? [])) output.warn(wide);
    return plans;
  } finally {
    stopWaiting();
  }
}

function toPlan({ local, selection, whenAway = 'fail', lifetime }: Wanted, routed: RoutedPort, personsKey: RoutingKey | undefined): UpPlan {
  const { keyless, match, sharedWith, joins } = selection;
  const key = keyless ? undefined : personsKey;
  const spec = {
    service: routed.service,
    port: routed.port.name,
    key,
    match,
    sharedWith,
    joins,
    whenAway,
    lifetimeMs: lifetime,
    directPort: undefined,
  };
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

function fromProject(project: Project | undefined): readonly Located[] {
  if (project === undefined || project.intercepts.length === 0) {
    const where = project === undefined ? `There is no ${projectFileName} here` : `${project.path} lists no intercepts`;
    throw new InterceptError('bad_usage', `${where}, so that nothing says what to intercept.`, {
      hint: 'Name services and ports: intercept up orders=3000.',
    });
  }
  return project.intercepts.map((each) => withLocal(each, each.local));
}

function fromMapping({ service, local }: ServiceMapping, project: Project | undefined): Located {
  const known = project?.intercepts.find((each) => each.service === service);
  return withLocal(known ?? { service }, local ?? known?.local);
}

/** A service, and where its process listens. */
type Located = ProjectIntercept & { readonly local: LocalAddress };

function withLocal(intercept: ProjectIntercept, local: LocalAddress | undefined): Located {
  if (local !== undefined) return { ...intercept, local };
  throw new InterceptError('bad_usage', `Nothing says where your process for ${intercept.service} listens.`, {
    hint: `Write ${intercept.service}=PORT, or \`local: PORT\` in ${projectFileName}.`,
  });
}

async function refuseAbsentProcesses(clock: Clock, wanted: readonly Located[]): Promise<void> {
  const states = await Promise.all(wanted.map(({ local }) => isListening(clock, local)));
  const absent = wanted.filter((_, index) => states[index] === false);
  if (absent.length === 0) return;
  const list = absent.map(({ service, local }) => `${formatLocalAddress(local)} (for ${service})`).join(' and ');
  throw new InterceptError('local_refused', `Nothing listens at ${list}.`, {
    hint: 'Start your processes first, or start one with `intercept run SERVICE -- COMMAND`.',
  });
}
