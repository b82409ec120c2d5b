import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKubeClient } from '@switchyard/kube';
import { createLog, createSystemClock } from '@switchyard/runtime';
import { createRandom, watchLeaks } from '@switchyard/testkit';
import { findKubeconfig, kubectl } from '../e2e/support/cluster.ts';
import { openAsker } from './asker.ts';
import { listManagers, sampleManagers, type ManagerSample } from './gauges.ts';
import { judge, type Exchange } from './judge.ts';
import { createLedger } from './ledger.ts';
import { openObjectWatch } from './object-watch.ts';
import type { ChurnOptions } from './options.ts';
import { Population } from './population.ts';
import { findRemains, readServices } from './remains.ts';
import { createTally, type Tally } from './tally.ts';
import { openTown } from './town.ts';
import { drawQuestion } from './traffic.ts';
import { openUsers } from './user.ts';

/** What a churn saw. */
export interface ChurnResult {
  readonly tally: Tally;
  readonly samples: readonly ManagerSample[];
  /** From the wish to the object that says that requests arrive, milliseconds. */
  readonly routedMs: readonly number[];
  /** Since when all sessions were open, and when the second half began: seconds. */
  readonly fullAt: number;
  readonly halfAt: number;
  readonly mostSessions: number;
  readonly replaced: number;
  readonly remains: readonly string[];
}

/** How long after an answer it is judged: what it is about may only be heard of then. */
const judgeAfterMs = 5_000;
const sampleEveryMs = 10_000;
/** Every so many samples the managers collect their garbage first. */
const samplesPerCollection = 2;
/** How often a manager is replaced. */
const replaceEveryMs = 75_000;
/** Deeds that go on at a time. */
const mostBusy = 16;
/** How long after the end everything has to be gone: what crashed is away for a minute, and the router lets open connections go on for one. */
const clearingMs = 180_000;

/** Lets the users loose for as long as `options` say, and then ends everything. `say` hears how it goes. */
export async function churn(options: ChurnOptions, say: (line: string) => void): Promise<ChurnResult> {
  const leaks = watchLeaks();
  const random = createRandom(options.seed);
  const deps = { clock: createSystemClock(), log: createLog({ level: 'error', format: 'text', name: 'churn' }) };
  await using town = await openTown(options.services);
  const { namespace, services } = town;
  const before = await readServices(namespace);
  const startedAt = performance.now();
  const tally = createTally(startedAt);
  const ledger = createLedger();
  const toSeconds = (): number => (performance.now() - startedAt) / 1_000;
  const samples: ManagerSample[] = [];
  const waiting: Exchange[] = [];
  const judgeDue = (ageMs: number): void => {
    while (waiting[0] !== undefined && waiting[0].answeredAt + ageMs <= performance.now()) {
      const exchange = waiting.shift();
      if (exchange !== undefined) tally.enter(exchange, judge(ledger, exchange));
    }
  };
  const result = { fullAt: 0, halfAt: 0, mostSessions: 0, replaced: 0, routedMs: [] as readonly number[] };
  const { users, folder } = await openUsers(deps, namespace, options.users);
  {
    await using client = await openKubeClient(deps, { kubeconfig: findKubeconfig(), namespace });
    using objects = await openObjectWatch({ ...deps, client });
    await using asker = openAsker(namespace, town.callerPod, (exchange) => void waiting.push(exchange));
    await using population = new Population({ ...deps, ledger, objects, folder }, tally, {
      users,
      services,
      size: options.sessions,
      random,
    });
    await using timers = new AsyncDisposableStack();
    const every = (ms: number, deed: () => void): void => {
      const timer = setInterval(deed, ms);
      timers.defer(() => clearInterval(timer));
    };
    every(1_000 / options.requestsPerSecond, () => asker.ask(drawQuestion(random, services, population.lives)));
    every(500, () => judgeDue(judgeAfterMs));
    let sampled = 0;
    every(sampleEveryMs, () => {
      sampleManagers(namespace, toSeconds(), ++sampled % samplesPerCollection === 0).then(
        (seen) => samples.push(...seen),
        () => tally.count('samples missed'),
      );
      say(
        `${Math.round(toSeconds())} s: ${population.size} sessions, ${population.busy} deeds, ${objects.count} objects, ${asker.unanswered} unanswered, ${tally.findings.length} findings`,
      );
    });
    while (population.size < options.sessions * 0.9) {
      if (population.busy < 8) population.grow();
      if (toSeconds() > 300) throw new Error(`Only ${population.size} sessions after 300 s: ${JSON.stringify(tally.findings.slice(0, 5))}`);
      await sleep(100);
    }
    result.fullAt = toSeconds();
    const endAt = performance.now() + options.minutes * 60_000;
    const halfAt = performance.now() + options.minutes * 30_000;
    result.halfAt = result.fullAt + options.minutes * 30;
    let replaceAt = performance.now() + Math.min(replaceEveryMs, options.minutes * 10_000);
    let veteran: string | undefined = undefined;
    while (performance.now() < endAt) {
      if (population.busy < mostBusy) population.act();
      else tally.count('deeds put off');
      result.mostSessions = Math.max(result.mostSessions, population.size);
      // From the half on one manager stays, so that its memory can be watched.
      if (performance.now() >= halfAt) veteran ??= (await listManagers(namespace)).findLast(({ ready }) => ready)?.name;
      if (performance.now() >= replaceAt) {
        replaceAt = performance.now() + replaceEveryMs;
        const managers = (await listManagers(namespace)).filter(({ name, ready }) => ready && name !== veteran);
        const [oldest] = managers;
        if (oldest !== undefined) {
          result.replaced++;
          say(`${Math.round(toSeconds())} s: replacing ${oldest.name}`);
          await kubectl(['delete', 'pod', oldest.name, '-n', namespace, '--wait=false']);
        }
      }
      await sleep(1_000 / options.deedsPerSecond);
    }
    await timers.disposeAsync();
    for (let looks = 0; asker.unanswered > 0 && looks < 70; looks++) await sleep(500);
    if (asker.unanswered > 0) tally.find(`${asker.unanswered} requests were never answered`);
    judgeDue(0);
    result.routedMs = population.routedMs;
    say('ending all sessions');
  }
  for (const { client } of users) await client[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  const remains = await untilClear(namespace, before, say);
  const left = await leaks.expectNone({ timeoutMs: 20_000 }).then(
    () => [],
    (reason: unknown) => [`in this process: ${String(reason)}`],
  );
  return { ...result, tally, samples, remains: [...remains, ...left] };
}

async function untilClear(namespace: string, before: ReadonlyMap<string, string>, say: (line: string) => void): Promise<readonly string[]> {
  const deadline = performance.now() + clearingMs;
  for (;;) {
    const remains = await findRemains(namespace, before);
    if (remains.length === 0 || performance.now() > deadline) return remains;
    say(`still there: ${remains.length} (${remains[0] ?? ''})`);
    await sleep(5_000);
  }
}
