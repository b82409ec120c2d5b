import { connect, type Socket } from 'node:net';

/** What one client of a crowd got. */
export interface Answer {
  /** Undefined: none came before the connection ended. */
  readonly status: number | undefined;
  /** Of our own answers. */
  readonly errorCode: string | undefined;
  readonly origin: string | undefined;
}

/** Many connections at once. Dispose closes them all. */
export interface Crowd extends Disposable {
  /** Settles for each connection with its first answer, in the order of the connections. */
  readonly answers: readonly Promise<Answer>[];
  /** Sends bytes on every connection that is still open. */
  sendAll(text: string): void;
}

/** A port takes not so many connections of one address. Linux answers on all of 127.0.0.0/8. */
const addresses = ['127.0.0.1', '127.0.0.2'];

/** How many connect at a time: the queue of a listener is not endless. */
const atOnce = 250;

/** Opens `count` connections to `port` of this machine, each of which sends `text` at once. Rejects where one is refused. */
export async function openCrowd(port: number, count: number, text: string): Promise<Crowd> {
  const sockets: Socket[] = [];
  const answers: Promise<Answer>[] = [];
  for (let opened = 0; opened < count; opened += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - opened) }, async (_, index) =>
      openOne(port, text, addresses[index % addresses.length]),
    );
    for (const { socket, answer } of await Promise.all(some)) {
      sockets.push(socket);
      answers.push(answer);
    }
  }
  return {
    answers,
    sendAll: (more) => {
      for (const socket of sockets) if (socket.writable) socket.write(more);
    },
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Resolves when connected. */
function openOne(
  port: number,
  text: string,
  localAddress: string | undefined,
): Promise<{ readonly socket: Socket; readonly answer: Promise<Answer> }> {
  return new Promise((resolve, reject) => {
    const { promise, resolve: settle } = Promise.withResolvers<Answer>();
    const socket = connect({ port, host: '127.0.0.1', localAddress }, () => {
      socket.write(text);
      resolve({ socket, answer: promise });
    });
    let head = '';
    socket.on('data', (bytes) => {
      if (head.length < 4_096) head += bytes.toString('latin1');
      if (head.includes('\r\n\r\n')) settle(toAnswer(head));
    });
    socket.on('error', reject);
    socket.on('close', () => settle(toAnswer(head)));
  });
}

function toAnswer(head: string): Answer {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  return {
    status: status === undefined ? undefined : Number(status),
    errorCode: toField(head, 'x-intercept-error'),
    origin: toField(head, 'x-origin'),
  };
}

function toField(head: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim();
}
