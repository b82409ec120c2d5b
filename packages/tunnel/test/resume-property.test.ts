import { InterceptError, silentLog, toLimitValues } from '@switchyard/contract';
import { createFakeClock, recordPipe, type FakeClock, type PipeRecord } from '@switchyard/testkit';
import { encodeAgentMessage, parseManagerMessage } from '@switchyard/wire';
import fc from 'fast-check';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AgentSession } from '../src/agent-session.ts';
import { KeepBudget } from '../src/kept-bytes.ts';
import { tunnelLimits } from '../src/limits.ts';
import type { LostSession } from '../src/lost-session.ts';
import type { MessageStream } from '../src/message-stream.ts';
import { ServerCarry } from '../src/server-carry.ts';
import { ServerControl } from '../src/server-control.ts';
import { SessionTable } from '../src/session-table.ts';
import type { ServerSession } from '../src/session.ts';
import { intercept, spec } from './manager.ts';
import { createSimulatedNetwork, type SimulatedNetwork } from './simulated-network.ts';

const limits = {
  ...toLimitValues(tunnelLimits),
  firstIdlePipes: 2,
  maxPipesPerSession: 16,
  firstWindowBytes: 2_000,
  maxWindowBytes: 8_000,
  sessionWindowBytes: 40_000,
};

/** Both ends of everything but the sockets. */
interface World {
  readonly clock: FakeClock;
  readonly network: SimulatedNetwork;
  readonly sessions: SessionTable;
  /** The manager's newest session. */
  session(): ServerSession | undefined;
  /** The agent connects when it has no connection. */
  connectIfLost(): void;
  /** The agent's ends of pipes, by what came first on each: its number. */
  readonly arrived: PipeRecord[];
}

function createWorld(versions: { readonly agent: number; readonly manager: number }): World {
  const clock = createFakeClock();
  const network = createSimulatedNetwork();
  const sessions = new SessionTable(clock, limits);
  const arrived: PipeRecord[] = [];
  let newest: ServerSession | undefined;
  let connected = false;
  let lost: LostSession | undefined;

  const controlDeps = {
    clock,
    log: silentLog,
    limits,
    keeps: new KeepBudget(1 << 26),
    accept: async (_hello: unknown, session: ServerSession) => {
      newest = session;
      return {
        onRegister: () => Promise.reject(new Error('nobody registers')),
        onUnregister: async () => {},
        onRenew: () => Promise.reject(new Error('nobody renews')),
        onClose: () => {},
      };
    },
    onTurnedAway: () => {},
    proof: 'none' as const,
    versions: { min: 1, max: versions.manager },
    remoteAddress: '127.0.0.1',
    admit: () => sessions.admit(),
    supersede: (...claim: Parameters<SessionTable['supersede']>) => sessions.supersede(...claim),
    takeLost: (...claim: Parameters<SessionTable['takeLost']>) => sessions.takeLost(...claim),
    onSession: (session: Parameters<SessionTable['add']>[0]) => sessions.add(session),
    onSessionEnd: (session: Parameters<SessionTable['add']>[0]) => sessions.remove(session),
    onWelcome: () => {},
    onRegistered: () => {},
    breakConnection: () => {},
  };
  const carryDeps = {
    onClose() {},
    clock,
    helloMs: limits.helloMs,
    attach: (...claim: Parameters<SessionTable['attach']>) => sessions.attach(...claim),
  };

  const connect = (): void => {
    connected = true;
    let session: AgentSession | undefined;
    const control: MessageStream = network.open(
      {
        onMessage(bytes) {
          const message = parseManagerMessage(bytes);
          if (session !== undefined) return session.receive(message);
          if (message.t !== 'welcome') throw new Error(`The manager said ${message.t}.`);
          const deps = {
            clock,
            limits,
            control,
            lost,
            openCarry: (handler: Parameters<SimulatedNetwork['open']>[0]) =>
              network.open(handler, (open) => void new ServerCarry(carryDeps, open)),
            disconnect: () => {},
          };
          lost = undefined;
          const opened: AgentSession = new AgentSession(deps, message);
          session = opened;
          opened.onPipe((_intercept, pipe) => void arrived.push(recordPipe(pipe)));
          void opened.register(spec).catch(() => {});
          void opened.closed.then((error) => {
            if (error?.code !== 'tunnel_lost') throw error ?? new Error('the session ended');
            lost = opened.takeLost();
            connected = false;
          });
        },
        onDrain() {},
        onClose() {
          if (session === undefined) connected = false;
          else session.onControlClosed();
        },
      },
      (open) => void new ServerControl(controlDeps, open),
    );
    control.send(
      encodeAgentMessage({
        t: 'hello',
        instance: '0123456789abcdef',
        owner: 'alice',
        client: 'laptop',
        versions: { min: 1, max: versions.agent },
        token: undefined,
        publicKey: undefined,
        resume: lost?.ticket,
      }),
    );
  };
  return {
    clock,
    network,
    sessions,
    session: () => newest,
    connectIfLost() {
      if (!connected) connect();
    },
    arrived,
  };
}

/** One connection: what each end wrote, and what it did. */
interface Pair {
  readonly number: number;
  readonly near: PipeRecord;
  written: { near: number; far: number };
  reset: boolean;
}

type Side = 'near' | 'far';

/** The byte at a place of what one side of a pair sends; the first one names the pair. */
function byteAt(pair: number, side: Side, at: number): number {
  return at === 0 ? pair : (at * 31 + (at >> 8) + pair * 7 + (side === 'near' ? 3 : 0)) & 0xff;
}

function toBytes(pair: number, side: Side, from: number, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, index) => byteAt(pair, side, from + index)));
}

type Op =
  | { readonly t: 'open' | 'cut' | 'cut one' | 'connect' }
  | { readonly t: 'steps'; readonly count: number }
  | { readonly t: 'wait'; readonly ms: number }
  | { readonly t: 'write'; readonly pair: number; readonly side: Side; readonly count: number }
  | { readonly t: 'pause' | 'resume' | 'end' | 'reset'; readonly pair: number; readonly side: Side };

const pair = fc.nat(3);
const side = fc.constantFrom<Side>('near', 'far');
const anyOp: fc.Arbitrary<Op> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ t: 'open' as const }) },
  { weight: 2, arbitrary: fc.constant({ t: 'cut' as const }) },
  { weight: 1, arbitrary: fc.constant({ t: 'cut one' as const }) },
  { weight: 3, arbitrary: fc.constant({ t: 'connect' as const }) },
  { weight: 8, arbitrary: fc.record({ t: fc.constant('steps' as const), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('wait' as const), ms: fc.constantFrom(10, 600) }) },
  { weight: 8, arbitrary: fc.record({ t: fc.constant('write' as const), pair, side, count: fc.integer({ min: 1, max: 3_000 }) }) },
  { weight: 2, arbitrary: fc.record({ t: fc.constantFrom('pause' as const, 'resume' as const, 'end' as const), pair, side }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constantFrom('end' as const, 'reset' as const), pair, side }) },
);

class Play {
  readonly world: World;
  readonly pairs: Pair[] = [];
  /** The pipes that write no more. */
  readonly ended: Set<unknown> = new Set();
  #random: number;
  #waitedMs = 0;

  constructor(world: World, seed: number) {
    this.world = world;
    this.#random = seed;
  }

  far({ number }: Pair): PipeRecord | undefined {
    return this.world.arrived.find((record) => record.byteCount > 0 && record.bytes()[0] === number);
  }

  async do(op: Op): Promise<void> {
    switch (op.t) {
      case 'open':
        this.#open();
        break;
      case 'cut':
        this.world.network.cut();
        break;
      case 'cut one':
        this.world.network.cut((choices) => this.#pick(choices));
        break;
      case 'connect':
        this.world.connectIfLost();
        break;
      case 'steps':
        await this.steps(op.count);
        break;
      case 'wait':
        // Never so long that what is suspended is given up.
        this.#waitedMs += op.ms;
        if (this.#waitedMs < 3_000) this.world.clock.advance(op.ms);
        break;
      default:
        this.#onPipe(op);
    }
    await setImmediate();
  }

  /** Lets so many things happen, or all that do. */
  async steps(count: number): Promise<void> {
    for (let step = 0; step < count; step++) {
      if (!this.world.network.step((choices) => this.#pick(choices))) return;
      await Promise.resolve();
    }
  }

  #pick(count: number): number {
    this.#random = (this.#random * 1_103_515_245 + 12_345) & 0x7fffffff;
    return this.#random % Math.max(1, count);
  }

  #open(): void {
    const pipe = this.world.session()?.openPipe(intercept, AbortSignal.timeout(60_000));
    void pipe?.then(
      (opened) => {
        const near = recordPipe(opened);
        const number = this.pairs.length;
        opened.write(toBytes(number, 'near', 0, 1));
        this.pairs.push({ number, near, written: { near: 1, far: 0 }, reset: false });
      },
      () => {},
    );
  }

  #onPipe(op: Extract<Op, { readonly pair: number }>): void {
    const found = this.pairs[op.pair];
    if (found === undefined) return;
    const record = op.side === 'near' ? found.near : this.far(found);
    if (record === undefined || record.count('close') > 0) return;
    const { pipe } = record;
    if (op.t === 'write') {
      if (this.ended.has(pipe)) return;
      pipe.write(toBytes(found.number, op.side, found.written[op.side], op.count));
      found.written[op.side] += op.count;
    } else if (op.t === 'reset') {
      found.reset = true;
      this.ended.add(pipe);
      pipe.reset(new InterceptError('local_refused', 'Enough.'));
    } else {
      if (op.t === 'end') this.ended.add(pipe);
      pipe[op.t]();
    }
  }

  /** No cut any more: everything comes to its end. */
  async finish(): Promise<void> {
    for (let round = 0; round < 12; round++) {
      this.world.connectIfLost();
      await this.steps(100_000);
      await setImmediate();
      for (const each of this.pairs) {
        for (const record of [each.near, this.far(each)]) {
          record?.pipe.resume();
          record?.pipe.end();
        }
      }
      await setImmediate();
      this.world.clock.advance(500);
    }
  }
}

test.each([
  ['of today', { agent: 2, manager: 2 }],
  ['with an older agent', { agent: 1, manager: 2 }],
  ['with an older manager', { agent: 2, manager: 1 }],
])('whatever breaks when, %s: a receiver gets exactly what was sent, or an error', async (_name, versions) => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyOp, { minLength: 40, maxLength: 150 }), fc.nat(), async (ops, seed) => {
      const play = new Play(createWorld(versions), seed);
      play.world.connectIfLost();
      await play.steps(100);
      for (let opened = 0; opened < 2; opened++) await play.do({ t: 'open' });
      for (const op of ops) await play.do(op);
      await play.finish();
      for (const each of play.pairs) {
        const far = play.far(each);
        const resumes = versions.agent === 2 && versions.manager === 2 && !each.reset;
        for (const [record, sender] of [
          [each.near, 'far'],
          [far, 'near'],
        ] as const) {
          if (record === undefined) {
            expect(resumes).toBe(false);
            continue;
          }
          const got = record.bytes();
          expect(got.equals(toBytes(each.number, sender, 0, got.length))).toBe(true);
          const last = record.events.at(-1);
          if (last?.t !== 'close') throw new Error('a pipe did not end');
          if (last.error === undefined) expect(got.length).toBe(each.written[sender]);
          if (resumes) expect(last.error).toBeUndefined();
        }
      }
    }),
    { numRuns: 100 },
  );
});
