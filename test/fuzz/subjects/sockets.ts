import { answerPlainly, openRawClient, type OriginConnection } from '@switchyard/testkit';
import { openTestRouter, type TestRouter } from '../../support/test-router.ts';
import { untilIdle } from '../../vectors/judge-request.ts';
import type { Side } from '../../vectors/request-vector.ts';
import { piecesOf, type FuzzCase } from '../case.ts';
import type { Forwarded, Subject } from '../subject.ts';

/** The whole router behind a port, with real sockets on both sides. After each case somebody else asks, with a key and without. */
export interface SocketSubject extends AsyncDisposable {
  readonly run: Subject;
}

/** Opens it. The caller disposes it. */
export async function openSocketSubject(): Promise<SocketSubject> {
  const arrived = new WeakMap<OriginConnection, Buffer[]>();
  let script: Script | undefined;
  const record = (connection: OriginConnection): void => {
    const pieces: Buffer[] = [];
    arrived.set(connection, pieces);
    connection.socket.on('data', (bytes) => void pieces.push(bytes));
  };
  const router = await openTestRouter({
    keys: ['alice', 'bob'],
    baseline: {
      onConnection: record,
      answer: (request, connection) => script?.answer(connection) ?? answerPlainly('baseline', request, connection),
    },
    keyed: {
      onConnection: record,
      answer: (request, connection) => answerPlainly(request.header('x-intercept-id') ?? '', request, connection),
    },
  });

  const askOthers = async (): Promise<void> => {
    await Promise.all(sideNames.map((side) => askAs(side, router.port)));
    await untilIdle(router.origins);
    router.clear();
  };
  return {
    async run(input) {
      script = undefined;
      const seen = mapSides((side) => router.origins[side].accepted.length);
      if (input.kind === 'request') await sendRequests(input, router);
      else {
        script = new Script(input);
        const forwarded = await askForResponses(input, router);
        script = undefined;
        await askOthers();
        return forwarded;
      }
      const all = sideNames.flatMap((side) =>
        router.origins[side].accepted.slice(seen[side]).map((connection) => toForwarded(side, arrived.get(connection) ?? [])),
      );
      await askOthers();
      return all.filter(({ stream }) => stream.length > 0);
    },
    [Symbol.asyncDispose]: () => router[Symbol.asyncDispose](),
  };
}

const sideNames: readonly Side[] = ['baseline', 'alice', 'bob'];

function mapSides<T>(toValue: (side: Side) => T): Record<Side, T> {
  return { baseline: toValue('baseline'), alice: toValue('alice'), bob: toValue('bob') };
}

function toForwarded(side: Side, pieces: readonly Buffer[]): Forwarded {
  const stream = Buffer.concat(pieces);
  return { side, chosenBy: side === 'baseline' ? 'none' : side, stream, taken: undefined, methods: [], ended: true };
}

async function sendRequests(input: FuzzCase, { port, origins }: TestRouter<Side>): Promise<void> {
  await using client = await openRawClient(port);
  await client.sendPieces(piecesOf(input));
  client.end();
  await client.untilEnded();
  await client[Symbol.asyncDispose]();
  await untilIdle(origins);
}

async function askForResponses(input: FuzzCase, { port, origins }: TestRouter<Side>): Promise<readonly Forwarded[]> {
  await using client = await openRawClient(port);
  for (const method of input.methods) client.send(`${method} /script HTTP/1.1\r\nHost: orders\r\n\r\n`);
  await client.untilEnded();
  const stream = client.unread;
  const ended = client.ended === 'end';
  await client[Symbol.asyncDispose]();
  await untilIdle(origins);
  return stream.length === 0 ? [] : [{ side: 'client', stream, taken: undefined, methods: input.methods, ended }];
}

/** Answers to the requests of one case: the last one gets all that there is, and a request that is sent again gets nothing. */
class Script {
  readonly #input: FuzzCase;
  #asked = 0;

  constructor(input: FuzzCase) {
    this.#input = input;
  }

  async answer({ socket, send }: OriginConnection): Promise<void> {
    this.#asked++;
    if (this.#asked < this.#input.methods.length) return;
    if (this.#asked === this.#input.methods.length) {
      for (const piece of piecesOf(this.#input)) {
        send(piece);
        await new Promise(setImmediate);
      }
    }
    socket.end();
  }
}

async function askAs(side: string, port: number): Promise<void> {
  await using client = await openRawClient(port);
  const key = side === 'baseline' ? '' : `x-intercept-id: ${side}\r\n`;
  client.send(`GET /other HTTP/1.1\r\nHost: orders\r\n${key}\r\n`);
  const body = (await client.readResponse()).body.toString('latin1');
  if (body !== `${side} GET /other\n`) throw new Error(`somebody else who asked ${side} got ${JSON.stringify(body)}`);
}
