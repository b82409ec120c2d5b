import { formatLocalAddress, type LocalAddress } from '@switchyard/agent';
import { InterceptError } from '@switchyard/contract';
import type { Lane } from '../../values.ts';
import type { Pod } from './pod.ts';

/** How the requests of one intercept come, and why so, for people. */
export type LaneChoice =
  /** `usual`: nobody expects anything else here, so that it needs no words. */
  | { readonly t: 'tunnel'; readonly why: string; readonly usual: boolean }
  | { readonly t: 'direct'; readonly port: number; readonly address: string };

/** What decides about the lane. */
export interface LaneFacts {
  readonly wanted: Lane | undefined;
  readonly local: LocalAddress;
  readonly pod: Pod | undefined;
  /** Whether the manager was reached from the pod's own address. */
  readonly direct: boolean;
  /** Whether a local process accepts connections at an address. */
  readonly isListening: (address: LocalAddress) => Promise<boolean>;
}

/**
 * Direct where the manager can dial the process: it runs in this pod, the manager sees the pod's address, and the process accepts
 * connections there. Rejects with `local_refused` or `bad_usage` where that was asked for and cannot be.
 */
export async function chooseLane({ wanted, local, pod, direct, isListening }: LaneFacts): Promise<LaneChoice> {
  if (wanted === 'tunnel') return { t: 'tunnel', why: 'as you asked for', usual: true };
  refuseLane(wanted, pod);
  if (pod === undefined) return { t: 'tunnel', why: noPod, usual: true };
  if (!direct) {
    const why = 'the manager was reached through the API server, and does not see the address of this pod';
    if (wanted === undefined) return { t: 'tunnel', why, usual: false };
    throw new InterceptError('bad_usage', `The direct lane cannot be used: ${why}.`, { hint: noLane });
  }
  const address = { host: pod.address, port: local.port };
  if (await isListening(address)) return { t: 'direct', port: local.port, address: formatLocalAddress(address) };
  const why = `nothing listens at ${formatLocalAddress(address)}, only at ${formatLocalAddress(local)}`;
  if (wanted === undefined) return { t: 'tunnel', why, usual: false };
  throw new InterceptError('local_refused', `The direct lane cannot be used: ${why}, where the manager cannot dial it.`, {
    hint: 'Let your process listen on 0.0.0.0, or leave out --lane.',
  });
}

const noPod = 'this machine is no pod of the cluster';
const noLane = 'Leave out --lane: then requests come through the tunnel.';

/** Refuses the direct lane where it can be known at once that it cannot be. Throws `bad_usage`. */
export function refuseLane(wanted: Lane | undefined, pod: Pod | undefined): void {
  if (wanted !== 'direct' || pod !== undefined) return;
  throw new InterceptError('bad_usage', `The direct lane cannot be used: ${noPod}, so that the manager cannot dial it.`, { hint: noLane });
}

/** A choice in words; undefined where it needs none. */
export function describeLane(choice: LaneChoice): string | undefined {
  if (choice.t === 'tunnel' && choice.usual) return undefined;
  return choice.t === 'direct' ? `direct: the manager dials ${choice.address}` : `tunnel: ${choice.why}`;
}
