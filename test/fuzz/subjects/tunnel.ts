import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { InterceptError, silentLog, silentMetrics } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { openTunnelServer, protocolVersions, type ManagerApi } from '@switchyard/tunnel';
import { piecesOf, type FuzzCase } from '../case.ts';
import { hasToSpeak, judgeFrames } from '../judge-frames.ts';
import type { Subject, Verdict } from '../subject.ts';

/** What the ping behind a case says. */
const lastWord = Buffer.from('lastword');
const lastPing = Buffer.concat([Buffer.from('000008060000000000', 'hex'), lastWord]);
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** A server that has not let go by then hangs. */
const answerMs = 5_000;
const day = 86_400_000;

/** The manager's end of the tunnel behind a port. After each case somebody else makes a call over a connection that was there before. */
export interface TunnelSubject extends AsyncDisposable {
  readonly run: Subject;
}

/**
 * Opens it. `tamper` plants a fault: what it makes of the case's bytes is what the server gets, and it is judged by the bytes themselves. The
 * caller disposes it.
 */
export async function openTunnelSubject(tamper: (bytes: Buffer) => Buffer = (bytes) => bytes): Promise<TunnelSubject> {
  const server = await openTunnelServer(
    { clock: createSystemClock(), log: silentLog, metrics: silentMetrics },
    {
      accept: () => Promise.reject(new InterceptError('not_signed_in', 'Nobody is.')),
      api,
      listen: { host: '127.0.0.1', port: 0 },
      limits: { connectionProofMs: day },
    },
  );
  const somebody = connectHttp2(`http://127.0.0.1:${server.port}`);
  await once(somebody, 'connect');
  return {
    async run(input) {
      if (input.kind !== 'frames') return [];
      const ask = (): Promise<string | undefined> => askAsSomebody(somebody);
      const answered = await exchange(server.port, { ...input, bytes: tamper(input.bytes) }, ask);
      const why = judgeFrames(input.bytes, answered) ?? (await ask());
      return { forwarded: hasHead(answered), why } satisfies Verdict;
    },
    async [Symbol.asyncDispose]() {
      somebody.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

const refuse = (): Promise<never> => Promise.reject(new InterceptError('not_signed_in', 'Nobody is.'));
const api: ManagerApi = {
  info: async () => ({ version: '1.0.0', protocol: protocolVersions, auth: 'token', owner: undefined, now: undefined, policy: undefined }),
  listServices: refuse,
  listIntercepts: async () => [],
  removeIntercepts: refuse,
  renewIntercept: refuse,
  explain: refuse,
  listEvents: refuse,
  followEvents: refuse,
};

/** Sends the case, and a ping behind it; gives all that came back until the server answers it or ends the connection. */
async function exchange(port: number, input: FuzzCase, waited: () => Promise<unknown>): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const answered: Buffer[] = [];
  const over = Promise.withResolvers<void>();
  socket.on('data', (bytes: Buffer) => {
    answered.push(bytes);
    if (Buffer.concat(answered.slice(-2)).includes(lastWord)) over.resolve();
  });
  let reset = false;
  socket.on('error', () => (reset = true));
  socket.once('close', () => over.resolve());
  socket.setTimeout(answerMs, () => over.reject(new Error('the server neither answers nor ends')));
  const speaks = hasToSpeak(input.bytes);
  const pieces = [...piecesOf(input), ...(speaks ? [lastPing] : [])];
  for (const piece of input.cuts.length > 0 ? [preface, ...pieces] : [Buffer.concat([preface, ...pieces])]) {
    socket.write(piece);
    if (input.cuts.length > 0) await new Promise((resolve) => void setImmediate(resolve));
  }
  try {
    await Promise.race([over.promise, ...(speaks ? [] : [untilGreeted(socket, answered).then(waited)])]);
  } finally {
    socket.destroy();
  }
  // Who is reset while it sends does not hear why.
  return reset && input.cuts.length > 0 ? exchange(port, { ...input, cuts: [] }, waited) : Buffer.concat(answered);
}

async function untilGreeted(socket: Socket, answered: readonly Buffer[]): Promise<void> {
  if (answered.length === 0) await once(socket, 'data');
}

/** Whether a call of somebody else is answered in order; what went wrong, where it is not. */
async function askAsSomebody(session: ClientHttp2Session): Promise<string | undefined> {
  const status = Promise.withResolvers<unknown>();
  const call = session.request({
    ':method': 'POST',
    ':path': '/switchyard.api.v1.ManagerService/GetManager',
    'content-type': 'application/grpc',
    'switchyard-owner-bin': 'Ym9i',
  });
  call.once('response', (head) => head['grpc-status'] === undefined || status.resolve(head['grpc-message']));
  call.once('trailers', (trailers) => status.resolve(trailers['grpc-status']));
  call.once('error', status.resolve);
  call.once('close', () => status.resolve('no status'));
  call.resume();
  call.end(Buffer.alloc(5));
  const said = await status.promise;
  return said === '0' ? undefined : `a call over another connection got ${String(said)}`;
}

/** Something was answered on a stream. */
function hasHead(answered: Buffer): boolean {
  for (let at = 0; at + 9 <= answered.length; at += 9 + answered.readUIntBE(at, 3)) if (answered[at + 3] === 1) return true;
  return false;
}
