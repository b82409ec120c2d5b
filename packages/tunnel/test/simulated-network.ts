import { status } from '@grpc/grpc-js';
import type { MessageStream, StreamHandler } from '../src/message-stream.ts';

/** Picks one of `count` things. */
export type Pick = (count: number) => number;

/** One end of a simulated stream: what is under way to it, in order. */
interface End {
  readonly handler: StreamHandler;
  readonly inbox: (Buffer | 'end')[];
  /** It finished its half. */
  finished: boolean;
  /** Its handler was told that the stream is over. */
  closed: boolean;
}

interface Line {
  readonly agent: End;
  readonly manager: End;
  /** The network took it, or an end cancelled it: what is under way does not arrive. */
  broken: boolean;
}

/**
 * Streams between an agent and a manager without IO: what happens next is picked step by step, order within a stream and direction alone is
 * kept.
 */
export interface SimulatedNetwork {
  /** Opens a stream from the agent; `accept` makes the manager's handler. */
  open(agentHandler: StreamHandler, accept: (open: (handler: StreamHandler) => MessageStream) => void): MessageStream;
  /** Breaks all streams, or the one that is picked. Each end notices in a step of its own. */
  cut(pick?: Pick): void;
  /** Lets one thing happen; false where nothing is under way. */
  step(pick: Pick): boolean;
}

export function createSimulatedNetwork(): SimulatedNetwork {
  const lines = new Set<Line>();

  const createStream = (line: Line, own: End, peer: End): MessageStream => {
    const put = (message: Buffer | 'end'): void => {
      if (!line.broken) peer.inbox.push(message);
    };
    return {
      send(message, rest = Buffer.alloc(0)) {
        if (!own.finished && !own.closed) put(Buffer.concat([message, rest]));
        return true;
      },
      backlog: () => 0,
      finish() {
        if (own.finished || own.closed) return;
        own.finished = true;
        put('end');
      },
      cancel() {
        own.finished = true;
        line.broken = true;
        peer.inbox.length = 0;
        own.inbox.length = 0;
      },
    };
  };

  const close = (line: Line, end: End, code: status): void => {
    if (end.closed) return;
    end.closed = true;
    if (line.agent.closed && line.manager.closed) lines.delete(line);
    end.handler.onClose({ code, details: '' });
  };

  const deliver = (line: Line, end: End): void => {
    if (line.broken) return close(line, end, status.CANCELLED);
    const message = end.inbox.shift();
    if (message === undefined) return;
    if (message !== 'end') return end.handler.onMessage(message);
    if (end === line.agent) {
      // The manager's status: the stream is over for both.
      close(line, line.agent, status.OK);
      return close(line, line.manager, line.agent.finished ? status.OK : status.CANCELLED);
    }
    if (!end.finished) {
      end.finished = true;
      line.agent.inbox.push('end');
    }
    close(line, end, status.OK);
  };

  return {
    open(agentHandler, accept) {
      const nobody: StreamHandler = { onMessage() {}, onDrain() {}, onClose() {} };
      const agent: End = { handler: agentHandler, inbox: [], finished: false, closed: false };
      const manager: { -readonly [Name in keyof End]: End[Name] } = { handler: nobody, inbox: [], finished: false, closed: false };
      const line: Line = { agent, manager, broken: false };
      lines.add(line);
      accept((handler) => {
        manager.handler = handler;
        return createStream(line, manager, agent);
      });
      return createStream(line, agent, manager);
    },
    cut(pick) {
      const all = [...lines];
      const picked = pick === undefined ? all : all.slice(pick(all.length)).slice(0, 1);
      for (const line of picked) line.broken = true;
    },
    step(pick) {
      const due = [...lines].flatMap((line) =>
        [line.agent, line.manager].filter((end) => !end.closed && (line.broken || end.inbox.length > 0)).map((end) => [line, end] as const),
      );
      const next = due[pick(due.length)];
      if (next === undefined) return false;
      deliver(...next);
      return true;
    },
  };
}
