import { Http2Rules, readFrames, type ReadFrame } from './oracles/http2-rules.ts';

/** What the manager's end tells that it takes (RFC 9113, section 6.5.2): as its SETTINGS say. */
const serverFrameBytes = 80 * 1024;

/**
 * What is wrong with how a server of HTTP/2 answered `sent`, in one sentence; undefined where nothing is. It has to end the connection where
 * RFC 9113 says so, with the code that it says, and for nothing else; and what it says itself has to be in order.
 */
export function judgeFrames(sent: Buffer, answered: Buffer): string | undefined {
  const answers = readFrames(answered);
  const disorder = judgeAnswers(answers);
  if (disorder !== undefined) return disorder;
  const goodbye = answers.find(({ type }) => type === 7);
  const code = goodbye?.payload.readUInt32BE(4);
  const rules = new Http2Rules(serverFrameBytes);
  let allowed: readonly number[] = [];
  for (const [nth, frame] of readFrames(sent).entries()) {
    const { must, may } = rules.rule(frame);
    allowed = [...allowed, ...may];
    if (must.length === 0) continue;
    const right = code !== undefined && [...must, ...allowed].includes(code);
    return right ? undefined : `frame ${nth} has to end the connection with ${must.join(' or ')}, and the server says ${code ?? 'nothing'}`;
  }
  return code === undefined || allowed.includes(code) ? undefined : `the connection ends with ${code}, and nothing was wrong`;
}

/** Whether a server has to say something after `sent`, be it the answer to a ping behind it: not where it waits for the rest of a frame or head. */
export function hasToSpeak(sent: Buffer): boolean {
  const rules = new Http2Rules(serverFrameBytes);
  let end = 0;
  for (const frame of readFrames(sent)) {
    if (rules.rule(frame).must.length > 0) return true;
    end += 9 + frame.length;
  }
  return rules.mayPing && end === sent.length;
}

function judgeAnswers(answers: readonly ReadFrame[]): string | undefined {
  const [first] = answers;
  if (first === undefined || first.type !== 4 || first.flags !== 0) return 'the server does not begin with its settings';
  const over = new Set<number>();
  for (const [nth, { type, flags, stream, length, payload }] of answers.entries()) {
    if (payload.length < length) return `answer ${nth} is cut off`;
    if (type === 7 && nth < answers.length - 1) return 'the server goes on behind its goodbye';
    if (over.has(stream) && (type === 0 || type === 1)) return `answer ${nth} comes behind the end of stream ${stream}`;
    if (type === 3 || ((type === 0 || type === 1) && (flags & 1) !== 0)) over.add(stream);
  }
  return undefined;
}
