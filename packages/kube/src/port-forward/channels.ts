import { InterceptError } from '@switchyard/contract';

/** The subprotocol: each message begins with the number of its channel, and the first one of each channel is the port, as two bytes. */
export const channelProtocol = 'v4.channel.k8s.io';

const dataChannel = 0;
const errorChannel = 1;
const portBytes = 2;

/** What a message says. */
export type ChannelMessage =
  /** A channel is open. */
  | { readonly t: 'opened' }
  | { readonly t: 'data'; readonly bytes: Buffer }
  /** Why the port could not be connected, or a piece of that. */
  | { readonly t: 'complaint'; readonly text: string };

/** Reads the messages of one port-forward to `port`. Throws `cluster_unavailable` where one is against the protocol. */
export function createChannelReader(port: number): (message: Buffer) => ChannelMessage {
  const opened = new Set<number>();
  return (message) => {
    const channel = message[0];
    if (channel !== dataChannel && channel !== errorChannel) throw toNonsense();
    const bytes = message.subarray(1);
    if (opened.has(channel)) return channel === dataChannel ? { t: 'data', bytes } : { t: 'complaint', text: bytes.toString() };
    if (bytes.length !== portBytes || bytes.readUInt16LE() !== port) throw toNonsense();
    opened.add(channel);
    return { t: 'opened' };
  };
}

function toNonsense(): InterceptError {
  return new InterceptError('cluster_unavailable', 'The Kubernetes API server sent a port-forward what is no message of one.');
}

/** The bytes of `chunks` as messages of the data channel, each with at most `frameBytes` of them. */
export function* toDataMessages(chunks: readonly Buffer[], frameBytes: number): Generator<Buffer> {
  let left = chunks.reduce((sum, { length }) => sum + length, 0);
  let frame: Buffer | undefined;
  let used = 0;
  for (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      frame ??= Buffer.allocUnsafe(1 + Math.min(left, frameBytes));
      if (used === 0) used = frame.writeUInt8(dataChannel);
      const copied = chunk.copy(frame, used, at);
      at += copied;
      used += copied;
      left -= copied;
      if (used < frame.length) continue;
      yield frame;
      frame = undefined;
      used = 0;
    }
  }
}
