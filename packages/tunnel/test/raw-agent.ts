import { Client, credentials } from '@grpc/grpc-js';
import { until } from '@switchyard/testkit';
import {
  encodeAgentMessage,
  encodeAttach,
  parseManagerFrame,
  parseManagerMessage,
  tunnelDefinition,
  type HelloMessage,
  type ReceivedManagerMessage,
  type WelcomeMessage,
} from '@switchyard/wire';
import { WebSocket } from 'ws';
import type { CarrierName } from '../src/index.ts';
import { fixedTunnelLimits } from '../src/limits.ts';

const http2WindowBytes = fixedTunnelLimits.http2WindowBytes.value;

type ManagerFrame = ReturnType<typeof parseManagerFrame>;

/** One raw stream: what came, and whether it is over. */
export interface RawStream<Message> {
  readonly messages: readonly Message[];
  readonly closed: boolean;
  send(bytes: Buffer): void;
  /** Reads no further message. */
  stopReading(): void;
  untilMessage<T extends Message & { t: string }>(t: T['t']): Promise<T>;
}

/** An agent that says whatever a test wants. */
export interface RawAgent extends Disposable {
  control(): RawStream<ReceivedManagerMessage>;
  carry(): RawStream<ManagerFrame>;
}

export const hello: HelloMessage = {
  t: 'hello',
  instance: '0123456789abcdef',
  owner: 'mallory',
  client: 'laptop',
  versions: { min: 1, max: 1 },
  token: undefined,
  publicKey: undefined,
  resume: undefined,
};

/** A stream as its carrier has it. */
interface RawCall {
  send(bytes: Buffer): void;
  stopReading(): void;
}

type OpenCall = (path: string, onMessage: (bytes: Buffer) => void, onClose: () => void) => RawCall;

/** `windowBytes` is how much HTTP/2 lets the manager send on a stream that is not read. */
export function openRawAgent(port: number, carrier: CarrierName = 'grpc', windowBytes: number = http2WindowBytes): RawAgent {
  const { openCall, close } = carrier === 'grpc' ? callByGrpc(port, windowBytes) : callByWebSocket(port);
  const open = <Message extends { readonly t: string }>(path: string, parse: (bytes: Buffer) => Message): RawStream<Message> => {
    const messages: Message[] = [];
    let closed = false;
    const call = openCall(
      path,
      (bytes) => void messages.push(parse(bytes)),
      () => void (closed = true),
    );
    return {
      messages,
      get closed() {
        return closed;
      },
      ...call,
      async untilMessage(t) {
        const find = (): Message | undefined => messages.find((message) => message.t === t);
        await until(() => find() !== undefined, { about: `a message ${t}` });
        return find() as never;
      },
    };
  };
  return {
    control: () => open(tunnelDefinition.control.path, parseManagerMessage),
    carry: () => open(tunnelDefinition.carry.path, parseManagerFrame),
    [Symbol.dispose]: close,
  };
}

function callByGrpc(port: number, windowBytes: number): { openCall: OpenCall; close: () => void } {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc-node.flow_control_window': windowBytes,
  });
  const openCall: OpenCall = (path, onMessage, onClose) => {
    const call = client.makeBidiStreamRequest<Buffer, Buffer>(
      path,
      (bytes) => bytes,
      (bytes) => bytes,
    );
    call.on('data', onMessage);
    call.on('error', () => {});
    call.on('status', onClose);
    return { send: (bytes) => void call.write(bytes), stopReading: () => void call.pause() };
  };
  return { openCall, close: () => client.close() };
}

function callByWebSocket(port: number): { openCall: OpenCall; close: () => void } {
  const sockets = new Set<WebSocket>();
  const openCall: OpenCall = (path, onMessage, onClose) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, 'switchyard.tunnel.v1');
    sockets.add(socket);
    const early: Buffer[] = [];
    socket.on('open', () => {
      for (const bytes of early) socket.send(bytes);
    });
    socket.on('message', onMessage);
    socket.on('error', () => {});
    socket.on('close', onClose);
    return {
      send(bytes) {
        if (socket.readyState === WebSocket.CONNECTING) early.push(bytes);
        else socket.send(bytes, () => {});
      },
      stopReading: () => socket.pause(),
    };
  };
  const close = (): void => {
    for (const socket of sockets) socket.terminate();
  };
  return { openCall, close };
}

/** Opens a session and one idle pipe that was promised `windowBytes`. */
export async function attach(
  agent: RawAgent,
  windowBytes = 1_000,
): Promise<{ control: RawStream<ReceivedManagerMessage>; carry: RawStream<ManagerFrame> }> {
  const control = agent.control();
  control.send(encodeAgentMessage(hello));
  const { session, secret } = await control.untilMessage<WelcomeMessage>('welcome');
  const carry = agent.carry();
  carry.send(encodeAttach({ session, secret, windowBytes, pipe: 0, progress: undefined }));
  return { control, carry };
}
