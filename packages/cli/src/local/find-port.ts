import { formatLocalAddress, type LocalAddress } from '@switchyard/agent';
import { formatDuration } from '@switchyard/config';
import { InterceptError, type Clock } from '@switchyard/contract';
import { sleep } from '@switchyard/runtime';
import { cliLimits } from '../limits.ts';
import { listListeners, type Listener } from './listeners.ts';
import { isListening } from './reachable.ts';

/** What is known of the port on which a program will listen, before it runs. */
export type PortPlan =
  /** The person said it. */
  | { readonly t: 'fixed'; readonly address: LocalAddress }
  /** The program is asked, by PORT, to use this one; it may not listen to that. */
  | { readonly t: 'asked'; readonly port: number };

/** What the search needs from outside; each part is real in production. */
export interface PortSearch {
  readonly clock: Clock;
  readonly listListeners: (session: number) => Promise<readonly Listener[] | undefined>;
  readonly isListening: (address: LocalAddress) => Promise<boolean>;
  /** Lets the person choose where that is possible. */
  readonly choose: (question: string, choices: readonly string[]) => Promise<number | undefined>;
}

/** The real parts. */
export function createSystemPorts(clock: Clock): Pick<PortSearch, 'clock' | 'listListeners' | 'isListening'> {
  return { clock, listListeners, isListening: (address) => isListening(clock, address) };
}

const intervalMs = cliLimits.portLookMs.value;
const settleMs = cliLimits.settleMs.value;
/** Node's debugger: never what requests should reach. */
const inspectorPort = 9229;

/**
 * Waits until the program listens, and answers where. A program that ignores PORT is found by the sockets that it and what it started
 * listen on (Linux). Rejects with `local_refused` when nothing listens in time or several ports could be meant.
 */
export async function findPort(
  search: PortSearch,
  plan: PortPlan,
  options: { readonly pid: number; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<LocalAddress> {
  const deadlineMs = search.clock.now() + options.timeoutMs;
  let before = '';
  let sinceMs = search.clock.now();
  for (;;) {
    options.signal.throwIfAborted();
    const wanted = plan.t === 'fixed' ? plan.address : { host: 'localhost', port: plan.port };
    if (await search.isListening(wanted)) return wanted;
    const others = plan.t === 'fixed' ? [] : await listOthers(search, options.pid);
    const asked = others.find(({ port }) => port === wanted.port);
    // It may have begun to listen between the two looks; another address than the loopback is told as it is.
    if (asked !== undefined) return (await search.isListening(wanted)) ? wanted : asked;
    const seen = others.map(formatLocalAddress).join(' ');
    if (seen !== before) sinceMs = search.clock.now();
    before = seen;
    if (others.length > 0 && search.clock.now() - sinceMs >= settleMs) return pickOne(search, others);
    if (search.clock.now() >= deadlineMs) throw nothingListens(wanted, options.timeoutMs);
    await sleep(search.clock, intervalMs, options.signal);
  }
}

async function listOthers(search: PortSearch, pid: number): Promise<readonly Listener[]> {
  const listeners = (await search.listListeners(pid)) ?? [];
  return listeners.filter(({ port }) => port !== inspectorPort);
}

async function pickOne(search: PortSearch, candidates: readonly Listener[]): Promise<LocalAddress> {
  const [first] = candidates;
  if (first !== undefined && candidates.length === 1) return first;
  const names = candidates.map(formatLocalAddress);
  const choice = await search.choose('The command listens on several ports. Which one should answer your requests?', names);
  const chosen = choice === undefined ? undefined : candidates[choice];
  if (chosen !== undefined) return chosen;
  throw new InterceptError(
    'local_refused',
    `The command listens on several ports (${names.join(', ')}), and none is the one that PORT asked for.`,
    {
      hint: `Say which one should answer your requests: --port ${first?.port ?? 'N'}.`,
    },
  );
}

function nothingListens(wanted: LocalAddress, timeoutMs: number): InterceptError {
  return new InterceptError(
    'local_refused',
    `The command runs, but nothing listens at ${formatLocalAddress(wanted)} after ${formatDuration(timeoutMs)}.`,
    {
      hint: 'Name the port where it listens with --port N, or give it more time with --timeout.',
    },
  );
}
