import type { Socket } from 'node:net';

/** What every HTTP/2 connection begins with (RFC 9113 section 3.4), as far as it takes to tell it from any request of HTTP/1.1. */
const preface = Buffer.from('PRI ');

/** What every TLS connection begins with: a record of its handshake (RFC 8446 section 5.1). */
const handshake = 0x16;

/** Who takes a connection once it is known what it speaks. What was read of it comes first. */
export interface Speakers {
  /** Where TLS is spoken: who takes its handshakes. Else they go to `http1`, which refuses them. */
  readonly tls?: (socket: Socket) => void;
  http2(socket: Socket): void;
  http1(socket: Socket): void;
}

/**
 * Hands an accepted connection to who speaks its protocol, by the first bytes that come. One that says nothing is handed to nobody: who
 * accepted it ends it in time.
 */
export function sortSocket(socket: Socket, speakers: Speakers): void {
  const chunks: Buffer[] = [];
  // `readable` and not `data`: the HTTP/2 implementation takes over the handle, and loses what a flowing socket would deliver by itself.
  const onReadable = (): void => {
    for (let chunk = readChunk(socket); chunk !== undefined; chunk = readChunk(socket)) chunks.push(chunk);
    const begin = Buffer.concat(chunks);
    if (begin.length === 0) return;
    const isHttp2 = preface.subarray(0, begin.length).equals(begin.subarray(0, preface.length));
    if (isHttp2 && begin.length < preface.length) return;
    socket.off('readable', onReadable);
    socket.unshift(begin);
    if (begin[0] === handshake && speakers.tls !== undefined) speakers.tls(socket);
    else if (isHttp2) speakers.http2(socket);
    else speakers.http1(socket);
  };
  socket.on('readable', onReadable);
}

function readChunk(socket: Socket): Buffer | undefined {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk : undefined;
}
