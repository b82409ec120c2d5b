import { createAgentKey, type AgentIntercept, type LocalAddress } from '@switchyard/agent';
import { formatDuration } from '@switchyard/config';
import { InterceptError, type Actor, type Clock, type InterceptInfo, type Principal } from '@switchyard/contract';
import { describeRevocation, readRevocation, type KubeClient } from '@switchyard/kube';
import { sleep, toAbortError } from '@switchyard/runtime';
import type { Access } from '@switchyard/tunnel';
import { formatTime } from '../../coarse.ts';
import type { Context } from '../../context.ts';
import { cliLimits } from '../../limits.ts';
import { isListening } from '../../local/reachable.ts';
import { createSteps, type Steps } from '../../steps.ts';
import { openAgentSession, toEndError } from '../agent-session.ts';
import type { Interception, InterceptionOptions, LiveIntercept } from '../control.ts';
import { claimIntercept, releaseIntercept } from './claim.ts';
import { followIntercept, type Followed } from './follow.ts';
import { toDate, toInterceptObject } from './intercept-object.ts';
import { chooseLane, describeLane, type LaneChoice } from './lane.ts';
import type { Pod } from './pod.ts';
import type { Progress } from './progress.ts';
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
  const deadline = clock.after(options.timeoutMs, () => failed.abort(toLate(claimed, options.timeoutMs)));
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
    const tell = createTeller(context, steps, spec.service);
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
  await untilReady(claimed, signal);
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

async function untilReady(claimed: readonly Claimed[], signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(toAbortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await Promise.race([aborted.promise, Promise.all(claimed.map(({ followed }) => followed.ready))]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
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

function toLate(claimed: readonly Claimed[], timeoutMs: number): InterceptError {
  const late = claimed.find(({ followed }) => followed.progress.t !== 'ready');
  const service = late?.intercept.spec.service;
  const what = service === undefined ? 'Requests' : `The requests for ${service}`;
  const hint = service === undefined ? 'See `intercept status`' : `See \`intercept status ${service}\``;
  return new InterceptError(
    'upstream_timeout',
    `${what} do not arrive here after ${formatDuration(timeoutMs)}: ${toReason(late?.followed.progress)}`,
    {
      hint: `${hint}, or give it more time with --timeout.`,
    },
  );
}

function toReason(progress: Progress | undefined): string {
  if (progress?.t === 'unapproved') return `nobody has approved it. ${progress.message}`;
  if (progress?.t === 'unrouted') return progress.message ?? 'the manager has not said anything of the intercept.';
  return progress === undefined ? 'the API server or the manager does not answer.' : 'the manager has not taken notice of this session.';
}

/** Says how an intercept comes along, and later that its service is not routed any more, or again. */
function createTeller({ output }: Context, steps: Steps, service: string): (progress: Progress) => void {
  let wasReady = false;
  let isLost = false;
  return (progress) => {
    if (!wasReady) {
      wasReady = progress.t === 'ready';
      if (progress.t !== 'refused') steps.begin(toStep(service, progress));
    } else if (progress.t === 'routed' || progress.t === 'ready') {
      if (isLost) output.say(`${service} is routed again${toSince(progress)}`);
      isLost = false;
    } else if (!isLost) {
      isLost = true;
      const why = progress.t === 'refused' ? progress.error.message : progress.message;
      output.warn(`requests for ${service} do not reach you now: ${why ?? 'its traffic does not pass through the router'}`);
    }
  };
}

function toStep(service: string, progress: Exclude<Progress, { t: 'refused' }>): string {
  if (progress.t === 'unapproved') return `waiting for an approval of ${service}: ${progress.message}`;
  if (progress.t !== 'unrouted') return `${service} is routed${toSince(progress)}`;
  return progress.message === undefined ? `asking for the requests of ${service}` : `taking over ${service}: ${progress.message}`;
}

function toSince({ since }: { readonly since: Date | undefined }): string {
  return since === undefined ? '' : ` since ${formatTime(since)}`;
}
