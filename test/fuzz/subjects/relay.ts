import { InterceptError, silentLog, type Dialer, type Pipe } from '@switchyard/contract';
import { createPipeRelay } from '@switchyard/router';
import { createFakeClock, createMemoryPipePair, readRequests } from '@switchyard/testkit';
import { createDirectSnapshot, orders } from '../../support/test-router.ts';
import { piecesOf, type FuzzCase } from '../case.ts';
import type { Forwarded } from '../subject.ts';

type Side = 'baseline' | 'alice' | 'bob';

/** Ports stand for sides: nothing listens on them. */
const sides: ReadonlyMap<number, Side> = new Map([
  [1, 'baseline'],
  [2, 'alice'],
  [3, 'bob'],
]);
const snapshot = createDirectSnapshot({ alice: 2, bob: 3 });
const port = {
  service: orders,
  port: 'http',
  host: '127.0.0.1',
  listenPort: 0,
  protocol: 'http',
  baseline: { host: '127.0.0.1', port: 1 },
} as const;
const clock = createFakeClock();

/** A turn of the event loop: all that pipes in memory have to deliver is delivered. */
const turn = (): Promise<void> => new Promise(setImmediate);

type OnRequest = (origin: Origin, method: string) => void;

/** How the origins of a case behave. */
interface OriginScript {
  readonly onRequest: OnRequest;
  /** Requests are answered when their head is there, without their body. */
  readonly answersEarly: boolean;
}

/** A connection that the relay opened: what arrived, and who answers. */
class Origin {
  readonly side: Side;
  readonly pipe: Pipe;
  readonly #pieces: Buffer[] = [];
  #unread: Buffer = Buffer.alloc(0);
  readonly #onRequest: OnRequest;
  readonly #answersEarly: boolean;
  /** The request that is not whole yet has its answer. */
  #isAnswered = false;

  constructor(side: Side, pipe: Pipe, { onRequest, answersEarly }: OriginScript) {
    this.side = side;
    this.pipe = pipe;
    this.#onRequest = onRequest;
    this.#answersEarly = answersEarly;
    pipe.attach({ onData: (bytes) => this.#onData(bytes), onEnd: () => pipe.end(), onDrain: () => {}, onClose: () => {} });
    pipe.resume();
  }

  get stream(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #onData(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#unread = Buffer.concat([this.#unread, bytes]);
    let used = 0;
    for (const { startLine, whole, end } of readRequests(this.#unread).messages) {
      if ((whole || this.#answersEarly) && !this.#isAnswered) this.#onRequest(this, startLine[0]);
      this.#isAnswered = !whole && this.#answersEarly;
      if (whole) used = end;
    }
    this.#unread = this.#unread.subarray(used);
  }
}

/** What the client got. */
interface Client {
  readonly pipe: Pipe;
  received(): Buffer;
  readonly ended: boolean;
}

/** The relay of the router over pipes in memory: it decides, edits, relays and answers as behind a port. */
export async function relay(input: FuzzCase): Promise<readonly Forwarded[]> {
  return input.kind === 'request' ? relayRequests(input) : relayResponses(input);
}

async function relayRequests(input: FuzzCase): Promise<readonly Forwarded[]> {
  const answered: { readonly method: string; readonly text: string }[] = [];
  const onRequest: OnRequest = (origin, method) => {
    const text = `${origin.side} ${answered.length}`;
    answered.push({ method, text });
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n`;
    origin.pipe.write(Buffer.from(method === 'HEAD' ? head : head + text, 'latin1'));
  };
  const scene = openScene({ onRequest, answersEarly: input.bytes.length % 4 === 0 });
  for (const piece of piecesOf(input)) {
    scene.client.pipe.write(piece);
    await turn();
  }
  scene.client.pipe.end();
  await scene.settle();
  const streams = scene.origins.map(({ side, stream }) => ({
    side,
    chosenBy: side === 'baseline' ? ('none' as const) : side,
    stream,
    taken: undefined,
    methods: [],
    ended: true,
  }));
  expectAnswers(answered, scene.client.received().toString('latin1'));
  return streams.filter(({ stream }) => stream.length > 0);
}

/** The client gets the answers of those who were asked, in that order, then perhaps one of the router's own. */
function expectAnswers(answered: readonly { readonly method: string; readonly text: string }[], received: string): void {
  const texts = [...received.matchAll(/\r\n\r\n((?:baseline|alice|bob) [0-9]+)/g)].map((match) => match[1]);
  const wanted = answered.filter(({ method }) => method !== 'HEAD').map(({ text }) => text);
  if (JSON.stringify(texts) !== JSON.stringify(wanted.slice(0, texts.length)))
    throw new Error(`the client got ${JSON.stringify(texts)}; the origins sent ${JSON.stringify(wanted)}`);
}

async function relayResponses(input: FuzzCase): Promise<readonly Forwarded[]> {
  let asked = 0;
  const scene = openScene({
    answersEarly: false,
    onRequest(origin) {
      if (++asked === input.methods.length) void answer(origin, piecesOf(input));
    },
  });
  for (const method of input.methods) scene.client.pipe.write(Buffer.from(`${method} / HTTP/1.1\r\nHost: orders\r\n\r\n`));
  await scene.settle();
  await turnsOf(input.cuts.length);
  await scene.settle();
  const { client } = scene;
  const stream = client.received();
  client.pipe.end();
  await scene.settle();
  return stream.length === 0 ? [] : [{ side: 'client', stream, taken: undefined, methods: input.methods, ended: client.ended }];
}

async function answer(origin: Origin, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    origin.pipe.write(piece);
    await turn();
  }
  origin.pipe.end();
}

async function turnsOf(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await turn();
}

function openScene(script: OriginScript): {
  readonly client: Client;
  readonly origins: readonly Origin[];
  settle(): Promise<void>;
} {
  const origins: Origin[] = [];
  const dialer: Dialer = {
    async dial(target) {
      const [near, far] = createMemoryPipePair();
      const side = target.t === 'tunnel' ? undefined : sides.get(target.port);
      if (side === undefined) throw new InterceptError('upstream_unreachable', 'Nobody is there.');
      origins.push(new Origin(side, far, script));
      return near;
    },
  };
  const [far, near] = createMemoryPipePair();
  const client = recordClient(far);
  let closed = false;
  createPipeRelay(
    { clock, log: silentLog, dialer },
    port,
    snapshot,
  )(near, () => {
    closed = true;
  });
  return {
    client,
    origins,
    // What goes on in memory is over after a few turns; what then still waits, waits for bytes that will not come.
    async settle() {
      for (let left = 12; left > 0 && !closed; left--) await turn();
    },
  };
}

function recordClient(pipe: Pipe): Client {
  const pieces: Buffer[] = [];
  let ended = false;
  pipe.attach({
    onData: (bytes) => void pieces.push(bytes),
    onEnd: () => {
      ended = true;
    },
    onDrain: () => {},
    onClose: () => {},
  });
  pipe.resume();
  return {
    pipe,
    received: () => Buffer.concat(pieces),
    get ended() {
      return ended;
    },
  };
}
