import { formatLocalAddress, type LocalAddress } from '@switchyard/agent';
import { InterceptError, type Clock, type InterceptSpec, type ServiceName, type WhenAway } from '@switchyard/contract';
import type { Context } from '../context.ts';
import type { ResolvedKey } from '../key.ts';
import type { Selection } from '../match/selection.ts';
import { describeWide } from '../match/wide.ts';
import type { PortPlan } from '../local/find-port.ts';
import { findFreePort, isFree, isListening } from '../local/reachable.ts';
import type { Control } from '../control/control.ts';
import { narrow } from '../policy/narrow.ts';
import { findRoutedPort, refuseKnownConflict, refuseUnsupported, type RoutedPort } from '../routed-service.ts';
import type { Settings } from '../settings.ts';
import { toPort, type Lane } from '../values.ts';
import { refuseLoop } from './refuse-loop.ts';

/** What the person asked for. */
export interface Wanted {
  readonly service: ServiceName;
  readonly servicePort: string | undefined;
  /** Undefined: the conditions of `selection` alone decide. */
  readonly key: ResolvedKey | undefined;
  readonly selection: Selection;
  readonly whenAway: WhenAway;
  readonly lifetimeMs: number | undefined;
  readonly lane: Lane | undefined;
  /** How long each step may take: until the command listens, until requests arrive. */
  readonly timeoutMs: number;
}

/** Everything that can be known before something is started or registered. */
export interface RunPlan {
  readonly settings: Settings;
  readonly control: Control;
  readonly wanted: Wanted;
  readonly routed: RoutedPort;
  readonly spec: InterceptSpec;
  readonly port: PortPlan;
}

/** Where the process listens, as far as somebody said it: `--port`, else PORT, else the project file. */
export function toFixedAddress(
  flag: number | undefined,
  variable: string | undefined,
  project: LocalAddress | undefined,
): LocalAddress | undefined {
  if (flag !== undefined) return { host: 'localhost', port: flag };
  if (variable !== undefined && variable !== '') return { host: 'localhost', port: toPort(variable) };
  return project;
}

/**
 * Refuses what cannot work while nothing is started yet. Rejects with `bad_usage`, `service_not_found`, `service_unsupported`,
 * `route_conflict`, `not_allowed`, or what asking rejects with.
 */
export async function planRun({ clock, output }: Context, known: Omit<RunPlan, 'routed' | 'spec'>): Promise<RunPlan> {
  const { control, wanted, port } = known;
  const stopWaiting = output.wait(`asking ${control.place}`);
  try {
    const [services, live, owner] = await Promise.all([control.listServices(), control.listIntercepts(), control.owner()]);
    const routed = findRoutedPort(
      { services, where: control.where },
      wanted.service,
      wanted.servicePort,
      (name) => `Say which one: --service-port ${name}.`,
    );
    if (port.t === 'fixed' && control.manager !== undefined) refuseLoop(port.address, services, control.manager);
    refuseUnsupported(services, routed);
    const { project } = known.settings;
    const spec = await narrow(toSpec(wanted, routed), { project, owner, lane: wanted.lane, at: clock.date() });
    refuseKnownConflict(live, { ...spec, port: routed.port.name, owner });
    await control.check({ specs: [spec], lane: wanted.lane });
    const wide = describeWide(spec);
    if (wide !== undefined) output.warn(wide);
    return { ...known, routed, spec };
  } finally {
    stopWaiting();
  }
}

function toSpec({ key, selection, whenAway, lifetimeMs }: Wanted, { service, port }: RoutedPort): InterceptSpec {
  const { match, sharedWith, joins } = selection;
  return { service, port: port.name, key: key?.key, match, sharedWith, joins, whenAway, lifetimeMs, directPort: undefined };
}

/** Where the process listens or will listen. Rejects with `bad_usage`, `local_refused` or `port_in_use`. */
export async function planPort(clock: Clock, local: LocalAddress | undefined, command: readonly string[]): Promise<PortPlan> {
  if (command.length === 0) {
    if (local === undefined)
      throw new InterceptError('bad_usage', 'Without a command to run, the port of your process must be known.', {
        hint: 'Give --port N, or a command after "--".',
      });
    if (await isListening(clock, local)) return { t: 'fixed', address: local };
    throw new InterceptError('local_refused', `Nothing listens at ${formatLocalAddress(local)}.`, {
      hint: 'Start your process first, or have it started: give its command after "--".',
    });
  }
  if (local === undefined) return { t: 'asked', port: await findFreePort() };
  if (await isFree(local.port)) return { t: 'fixed', address: local };
  throw new InterceptError('port_in_use', `Port ${local.port} is taken by another program, so that your command could not listen there.`, {
    hint: 'Stop that program, choose another port with --port N, or leave out the command if the program is yours.',
  });
}
