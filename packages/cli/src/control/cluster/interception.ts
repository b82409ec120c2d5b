import { createAgentKey, type AgentIntercept, type LocalAddress } from '@switchyard/agent';
import { InterceptError, type Actor, type Clock, type InterceptInfo, type Principal } from '@switchyard/contract';
import { describeRevocation, readRevocation, type KubeClient } from '@switchyard/kube';
import { sleep } from '@switchyard/runtime';
import type { Access } from '@switchyard/tunnel';
import type { Context } from '../../context.ts';
import { cliLimits } from '../../limits.ts';
import { isListening } from '../../local/reachable.ts';
import { createSteps } from '../../steps.ts';
import { openAgentSession, toEndError } from '../agent-session.ts';
import type { Interception, InterceptionOptions, LiveIntercept } from '../control.ts';
import { createTeller, toLate, type Late } from '../tell-progress.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { claimIntercept, releaseIntercept } from './claim.ts';
import { followIntercept, type Followed } from './follow.ts';
import { toDate, toInterceptObject } from './intercept-object.ts';
import { chooseLane, describeLane, type LaneChoice } from './lane.ts';
import type { Pod } from './pod.ts';
import { openWay, toCause } from './reach.ts';

/** In which namespace, as whom. */
export interface ClusterPlace {
  readonly client: KubeClient;
  readonly access: Access;
  /** As whom the API server knows the person. */
  readonly principal: Principal;
  readonly actor: Actor;
  /** The manager that the person named. */
  readonly named: URL | undefined;
  readonly pod: Pod | undefined;
}

/** One intercept on its way: what is wanted, how its requests come, its object. */
interface Claimed {
  readonly intercept: AgentIntercept;
  readonly lane: LaneChoice;
  readonly followed: Followed;
}

/**
 * Makes the objects, opens the session that proves our key, and waits until requests arrive. Rejects with the reason that the manager gave
 * (`route_conflict`, `service_unsupported`, …), with `upstream_timeout` after `timeoutMs`, or with what the API server or the way to the
 * manager is refused with; then the objects are gone again.
 */
export async function openClusterInterception(context: Context, place: ClusterPlace, options: InterceptionOptions): Promise<Interception> {
  const { clock, log, host } = context;
  const { client, access, principal, actor, named, pod } = place;
  const manager = `the manager of the namespace ${client.namespace}`;
  const steps = createSteps(context.output);
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const claimed: Claimed[] = [];
  await using stack = new AsyncDisposableStack();
  const deadline = clock.after(options.timeoutMs, () => failed.abort(toLate(findLate(claimed), options.timeoutMs)));
  stack.defer(() => deadline.cancel());
  stack.defer(() => steps.end());

  steps.begin(`reaching ${manager}`);
  const way = stack.use(await openWay({ clock, log, client, access, env: host.env, pod, named }));
  const key = createAgentKey();
  for (const { spec, deliver } of options.intercepts) {
    const facts = { local: deliver, pod, direct: way.direct, isListening: (address: LocalAddress) => isListening(clock, address) };
    const lane = await chooseLane({ wanted: options.lane, ...facts });
    const directPort = lane.t === 'direct' ? lane.port : undefined;
    // With whom the key is shared, the object says: users of a cluster may have longer names than the session carries.
    const intercept = { spec: { ...spec, directPort, sharedWith: [] }, deliver };
    const wanted = toInterceptObject({ ...spec, directPort }, { principal, actor, client: host.hostName, publicKey: key.publicKey });
    signal.throwIfAborted();
    const object = await claimIntercept(client, wanted);
    stack.defer(() => releaseIntercept(clock, client, object));
    steps.begin(`asking for the requests of ${spec.service}`);
    const tell = createTeller(context.output, steps, spec.service);
    const followed = stack.use(followIntercept({ clock, log, client }, object, tell));
    followed.ready.catch((reason: unknown) => failed.abort(reason));
    claimed.push({ intercept, lane, followed });
  }
  const intercepts = claimed.map(({ intercept }) => intercept);
  const session = stack.use(
    await openAgentSession(context, {
      manager,
      url: way.url,
      access,
      owner: principal.user,
      actor,
      token: undefined,
      keyPair: key,
      intercepts,
      signal,
    }).catch((reason: unknown) => {
      throw toCause(InterceptError.from(reason), way, client);
    }),
  );
  await unlessAborted(signal, Promise.all(claimed.map(({ followed }) => followed.ready)));
  // Until every node knows of the switch, new connections may still go the old way: nobody should be told to send one.
  await sleep(clock, Math.max(...claimed.map(({ followed: { progress } }) => (progress.t === 'ready' ? progress.settlesMs : 0))), signal);
  deadline.cancel();
  steps.end();
  const kept = stack.move();
  return {
    intercepts: session.intercepts.map((info) => toLive(info, claimed, client.namespace)),
    over: Promise.race([session.over, untilGone(clock, claimed, options.signal)]),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The session is told why, and first; but it may be away just then, and is told when it is back. */
async function untilGone(clock: Clock, claimed: readonly Claimed[], signal: AbortSignal): Promise<InterceptError> {
  await Promise.all(claimed.map(({ followed }) => followed.gone));
  await sleep(clock, cliLimits.endingMs.value, signal).catch(() => {});
  const [first] = claimed;
  if (first === undefined) throw new InterceptError('internal', 'No intercept was asked for.');
  const { object } = first.followed;
  const revocation = readRevocation(object);
  if (revocation === undefined) return toEndError(first.intercept.spec, 'removed');
  return toEndError(first.intercept.spec, 'revoked', describeRevocation(object.metadata.name, revocation));
}

function toLive(info: InterceptInfo, claimed: readonly Claimed[], namespace: string): LiveIntercept {
  const own = claimed.find(({ followed }) => followed.object.metadata.name === info.id);
  const progress = own?.followed.progress;
  return {
    ...info,
    // What waited for an approval lives from then on, and shorter than the session was told.
    expiresAt: toDate(own?.followed.object.status?.expiresAt) ?? info.expiresAt,
    routedSince: progress?.t === 'ready' ? progress.since : undefined,
    from: `in the namespace ${namespace}`,
    lane: own === undefined ? undefined : describeLane(own.lane),
  };
}

function findLate(claimed: readonly Claimed[]): Late | undefined {
  const late = claimed.find(({ followed }) => followed.progress.t !== 'ready');
  return late && { service: late.intercept.spec.service, progress: late.followed.progress };
}
