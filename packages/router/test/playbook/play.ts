import {
  InterceptError,
  parseRoutingKey,
  parseServiceName,
  silentLog,
  toInterceptId,
  toKeylessInterceptId,
  toLimitValues,
  type Code,
  type Match,
  type Pipe,
  type PipeHandler,
  type SessionId,
  type Target,
  type WhenAway,
} from '@switchyard/contract';
import { checkMatch, createSnapshot, toVary, type Rule } from '@switchyard/route';
import { createFakeClock, createMemoryPipePair, recordPipe, type FakeClock, type PipeRecord } from '@switchyard/testkit';
import { Counts } from '../../src/counts.ts';
import type { DialBaseline } from '../../src/dial/dial-baseline.ts';
import { Http1Connection } from '../../src/http1/connection.ts';
import { routerLimits, type RouterLimits } from '../../src/limits.ts';
import { LiveRouting } from '../../src/live-routing.ts';
import type { PortContext, Routing } from '../../src/port-context.ts';
import { TargetUse } from '../../src/target-use.ts';
import { UsageBook } from '../../src/usage-book.ts';

const service = parseServiceName('orders');
const baseline = { t: 'baseline', host: 'orders.internal', port: 80 } as const;

/** Where the buffers of all pipes begin to refuse. */
export const highWaterBytes = 1024;

/** The far end of a pipe: what a client or a target says and hears. */
export class End {
  readonly record: PipeRecord;
  readonly #pipe: Pipe;
  #taken = 0;

  constructor(pipe: Pipe, options: { readonly paused?: boolean } = {}) {
    this.#pipe = pipe;
    this.record = recordPipe(pipe, options);
  }

  /** Says `text` (latin1); false: the other side should be waited for. */
  send(text: string): boolean {
    return this.#pipe.write(Buffer.from(text, 'latin1'));
  }

  end(): void {
    this.#pipe.end();
  }

  reset(code: Code = 'canceled'): void {
    this.#pipe.reset(new InterceptError(code, 'The other side reset the connection.'));
  }

  pause(): void {
    this.#pipe.pause();
  }

  resume(): void {
    this.#pipe.resume();
  }

  /** What was heard since the last call. */
  take(): string {
    const text = this.record.bytes().toString('latin1', this.#taken);
    this.#taken += text.length;
    // Every keyed request has it; what it counts is told elsewhere.
    return text.replaceAll('x-intercept-hops: 1\r\n', '');
  }

  /** How the other side left, as far as it did. */
  get left(): 'no' | 'ended' | 'closed' | Code {
    const close = this.record.events.find((event) => event.t === 'close');
    if (close !== undefined) return close.error?.code ?? 'closed';
    return this.record.count('end') > 0 ? 'ended' : 'no';
  }

  /** Bytes sent that nobody has taken yet. */
  get unheardBytes(): number {
    return this.#pipe.bufferedBytes;
  }
}

/** One call of the dialer, to be answered by the test. */
export interface Dial {
  readonly target: Target;
  readonly signal: AbortSignal;
  /** Not answered yet. */
  readonly isOpen: boolean;
  accept(): End;
  fail(code: Code): void;
}

/** What differs from play to play. */
export interface PlayOptions {
  /** Default: dials are accepted at once. */
  readonly dials?: 'accepted' | 'waiting';
  readonly limits?: Partial<RouterLimits>;
  /** The client hears nothing until it is resumed. */
  readonly pausedClient?: boolean;
  /** What the client had sent before the connection was known to speak HTTP. */
  readonly first?: string;
  readonly clientEnded?: boolean;
  /** What the client's pipe delivers inside of the first `resume()`. */
  readonly insideResume?: string;
  /** The baseline was dialled before, for a silent client. */
  readonly warm?: boolean;
}

/** A rule that leads `key` to a developer of its own. */
export function createRule(key: string, whenAway: WhenAway = 'fail', session = `session-${key}`): Rule {
  const routingKey = parseRoutingKey(key);
  const id = toInterceptId(service, 'http', routingKey);
  const target = { t: 'tunnel', session: session as SessionId, intercept: id } as const;
  return { id, service, port: 'http', key: routingKey, match: [], owner: key, createdAt: 1, whenAway, target };
}

/** A rule without a key, which leads what it matches to a developer of its own. */
export function createKeylessRule(match: Match, whenAway: WhenAway = 'fail'): Rule {
  const id = toKeylessInterceptId(service, 'http', 'aa');
  const target = { t: 'tunnel', session: 'session-match' as SessionId, intercept: id } as const;
  return { id, service, port: 'http', key: undefined, match: checkMatch(match), owner: 'ann', createdAt: 1, whenAway, target };
}

const defaultRules = [createRule('alice'), createRule('bob', 'baseline')];

/** One client connection on a stage: a scripted dialer, far ends in memory, time that stands still. */
export class Play {
  readonly clock: FakeClock = createFakeClock();
  readonly counts: Counts = new Counts();
  readonly dials: Dial[] = [];
  /** The far ends of accepted dials, in order; with `warm`, the baseline's comes first. */
  readonly targets: End[] = [];
  readonly client: End;
  readonly connection: Http1Connection;
  draining = false;
  /** How often the connection said that it is closed. */
  closes = 0;
  #routing: Routing = toRouting(defaultRules);
  #requests = 0;

  private constructor(options: PlayOptions) {
    const [far, near] = createMemoryPipePair({ highWaterBytes });
    this.client = new End(far, { paused: options.pausedClient ?? false });
    const context = this.#createContext(options);
    const dialBaseline: DialBaseline = (signal) => this.#dial(baseline, signal, options.dials !== 'waiting');
    this.connection = new Http1Connection({ pipe: near, dialBaseline, address: () => '127.0.0.1' }, context, () => void this.closes++);
    if (options.insideResume !== undefined) deliverInsideResume(near, this.connection, Buffer.from(options.insideResume, 'latin1'));
    const warm = options.warm === true ? this.#open() : undefined;
    this.connection.start(Buffer.from(options.first ?? '', 'latin1'), warm, options.clientEnded ?? false);
  }

  static async begin(options: PlayOptions = {}): Promise<Play> {
    const play = new Play(options);
    await play.settle();
    return play;
  }

  /** Lets everything happen that follows from what was said: pipes in memory need no longer than a turn of the event loop. */
  async settle(): Promise<void> {
    await new Promise(setImmediate);
  }

  /** The client says `text`. */
  async say(text: string): Promise<void> {
    this.client.send(text);
    await this.settle();
  }

  /** The target of the `index`-th accepted dial says `text`. */
  async answer(index: number, text: string): Promise<void> {
    this.target(index).send(text);
    await this.settle();
  }

  target(index: number): End {
    const end = this.targets[index];
    if (end === undefined) throw new Error(`no target ${index}: ${this.dials.length} dials`);
    return end;
  }

  dial(index: number): Dial {
    const dial = this.dials[index];
    if (dial === undefined) throw new Error(`no dial ${index}`);
    return dial;
  }

  /** Swaps the routing, as an update of the router does. */
  route(rules: readonly Rule[]): void {
    this.#routing = toRouting(rules);
  }

  /** Time goes by, second by second, as the router sweeps. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1000) {
      this.clock.advance(Math.min(1000, ms - passed));
      this.connection.sweep(this.clock.now());
      await this.settle();
    }
  }

  /** The names of the targets dialled so far: `baseline`, a key, or `match` for a rule without one. */
  get dialled(): string[] {
    return this.dials.map(({ target }) => (target.t === 'tunnel' ? (target.intercept.split('.')[2] ?? '') : target.t));
  }

  #open(): Pipe {
    const [near, far] = createMemoryPipePair({ highWaterBytes });
    this.targets.push(new End(far));
    return near;
  }

  #dial(target: Target, signal: AbortSignal, isAccepted: boolean): Promise<Pipe> {
    const { promise, resolve, reject } = Promise.withResolvers<Pipe>();
    let isOpen = true;
    const accept = (): End => {
      isOpen = false;
      resolve(this.#open());
      return this.target(this.targets.length - 1);
    };
    const fail = (code: Code): void => {
      isOpen = false;
      reject(new InterceptError(code, 'The dial failed.'));
    };
    this.dials.push({
      target,
      signal,
      accept,
      fail,
      get isOpen() {
        return isOpen;
      },
    });
    if (isAccepted) accept();
    return promise;
  }

  #createContext(options: PlayOptions): PortContext {
    const isAccepted = options.dials !== 'waiting';
    const { clock, counts } = this;
    const dialer = { dial: (target: Target, signal: AbortSignal) => this.#dial(target, signal, isAccepted) };
    const nextRequestId = (): string => `id-${++this.#requests}`;
    const limits = toLimitValues(routerLimits, options.limits);
    const targetUse = new TargetUse(limits.connectionsPerIntercept);
    const usage = new UsageBook(limits.usedIntercepts);
    const fixed = { service, port: 'http', baseline, limits, clock, log: silentLog, counts, dialer, targetUse, usage, nextRequestId };
    return Object.defineProperties(fixed, {
      routing: { get: () => this.#routing },
      draining: { get: () => this.draining },
      coarseNow: { get: () => this.clock.now() },
    }) as typeof fixed & Pick<PortContext, 'routing' | 'draining' | 'coarseNow'>;
  }
}

function deliverInsideResume(pipe: Pipe, handler: PipeHandler, bytes: Buffer): void {
  const resume = pipe.resume.bind(pipe);
  pipe.resume = () => {
    pipe.resume = resume;
    handler.onData(bytes);
    resume();
  };
}

function toRouting(rules: readonly Rule[]): Routing {
  const live = new LiveRouting();
  live.update(createSnapshot(rules));
  return live.of({ service, port: 'http' });
}

/** A request without a body. A `key` stands in it in both forms, so that the relay does not touch it. */
export function get(path: string, key?: string, lines = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: orders\r\n${keyLines(key)}${lines}\r\n`;
}

/** The head of a request with a body of `bytes` bytes. */
export function post(path: string, bytes: number, key?: string, lines = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: orders\r\n${keyLines(key)}Content-Length: ${bytes}\r\n${lines}\r\n`;
}

/** A response with a body of a known length. */
export function ok(body: string, lines = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${lines}\r\n${body}`;
}

/** As `ok`, as it reaches the client from the developer of `key`: the answer to a GET. */
export function servedBy(key: string, body: string): string {
  return ok(body, `X-Intercept-Served-By: ${key}@tunnel\r\nVary: ${toVary(createSnapshot([]).keyNames)}\r\n`);
}

/** A response that the router makes itself, the `index`-th one. */
export function refusal(
  status: string,
  code: Code,
  body: string,
  options: { readonly index?: number; readonly closes?: boolean } = {},
): string {
  const lines = [
    `HTTP/1.1 ${status}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    `X-Intercept-Error: ${code}`,
    `X-Intercept-Request-Id: id-${options.index ?? 1}`,
  ];
  if (options.closes === true) lines.push('Connection: close');
  return [...lines, '', body].join('\r\n');
}

/** What the client hears of a dial that failed with `code`. */
export const dialFailed = 'The dial failed.\n';

function keyLines(key: string | undefined): string {
  return key === undefined ? '' : `X-Intercept-Id: ${key}\r\nBaggage: intercept=${key}\r\n`;
}
