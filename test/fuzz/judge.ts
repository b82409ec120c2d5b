import { oddServers, readRequests, readResponses, type Habits, type MessageReading, type ReadMessage } from '@switchyard/testkit';
import { expectedKey } from './expected-key.ts';
import { knownMethods, readRequestsWithNode, readResponsesWithNode, type NodeReading } from './oracles/node-parser.ts';
import { routingOf } from './routing.ts';
import type { Forwarded } from './subject.ts';

const servers = Object.entries(oddServers);

/** How a judge reads what was forwarded. */
export interface Judged {
  readonly kind: 'request' | 'response';
  /** How many of the odd servers read it too, and which: beginning with this one. */
  readonly servers: number;
  readonly firstServer: number;
}

/**
 * What is wrong with what was forwarded, in one sentence; undefined where nothing is. The rule: whoever reads it sees the same messages,
 * with the same boundaries, targets, keys and bodies, as the one who forwarded it.
 */
export function judge(forwarded: Forwarded, judged: Judged): string | undefined {
  const reading = readPlainly(forwarded, judged.kind);
  if (typeof reading.rest === 'object') return `the reference refuses what went on: ${reading.rest.refused}`;
  if (reading.rest === 'partial') return 'a head went on that is not whole';
  const believed = compareBelief(forwarded, reading, judged.kind);
  if (believed !== undefined) return believed;
  const strayed = compareKeys(forwarded, reading);
  if (strayed !== undefined) return strayed;
  const plain = outlinesOf(reading, judged.kind);
  const byNode = readByNode(forwarded, judged.kind);
  const node = compareNode(byNode, reading, judged.kind);
  if (node !== undefined) return node;
  for (let index = 0; index < judged.servers; index++) {
    const [name, habits] = servers[(judged.firstServer + index) % servers.length] ?? ['', undefined];
    const odd = outlinesOf(readPlainly(forwarded, judged.kind, habits), judged.kind);
    if (odd !== plain) return `a server for which ${JSON.stringify(name)} reads ${odd}; the reference reads ${plain}`;
  }
  return undefined;
}

function readPlainly({ stream, methods, ended }: Forwarded, kind: Judged['kind'], habits?: Habits): MessageReading {
  return kind === 'request' ? readRequests(stream, habits) : readResponses(stream, { methods, ended }, habits);
}

function readByNode({ stream, methods, ended }: Forwarded, kind: Judged['kind']): NodeReading {
  return kind === 'request' ? readRequestsWithNode(stream) : readResponsesWithNode(stream, methods, ended);
}

function compareBelief({ taken }: Forwarded, reading: MessageReading, kind: Judged['kind']): string | undefined {
  if (taken === undefined) return undefined;
  const believed = taken.map(({ startLine, end, whole, routing }) => [startLine, end, whole, ...routing]);
  const seen = reading.messages.map((message) => {
    const routing = kind === 'request' ? routingOf(message.fields) : [];
    return [toStartLine(message, kind), message.end, message.whole, ...routing];
  });
  const isSame = JSON.stringify(believed) === JSON.stringify(seen);
  return isSame ? undefined : `it was taken for ${JSON.stringify(believed)}; the reference reads ${JSON.stringify(seen)}`;
}

/** The key that is read off what went on is the key that decided. */
function compareKeys({ chosenBy }: Forwarded, { messages }: MessageReading): string | undefined {
  if (chosenBy === undefined) return undefined;
  for (const message of messages) {
    const key = expectedKey(message);
    if (chosenBy === 'none' ? key === 'alice' || key === 'bob' : key !== chosenBy)
      return `${toStartLine(message, 'request')} carries the key ${key ?? 'none'}, and ${chosenBy} decided`;
  }
  return undefined;
}

/** What all readers have to agree on. */
function outlinesOf(reading: MessageReading, kind: Judged['kind']): string {
  const rest = typeof reading.rest === 'object' ? `, then refuses: ${reading.rest.refused}` : `, then ${reading.rest}`;
  return JSON.stringify(reading.messages.map((message) => [toStartLine(message, kind), message.whole, message.body])) + rest;
}

function compareNode(node: NodeReading, reading: MessageReading, kind: Judged['kind']): string | undefined {
  const stops = node.error !== undefined && isExpected(node, reading, kind);
  const messages = stops ? reading.messages.slice(0, node.messages.length) : reading.messages;
  const byNode = JSON.stringify(node.messages.map(({ startLine, whole, body, fields }) => [startLine, whole, body, routingOf(fields)]));
  const plain = JSON.stringify(
    messages.map((message) => [toStartLine(message, kind), message.whole, message.body, routingOf(message.fields)]),
  );
  if (node.error !== undefined && !stops)
    return `Node.js refuses what went on (${node.error}) after ${byNode}; the reference reads ${plain}`;
  return byNode === plain ? undefined : `Node.js reads ${byNode}; the reference reads ${plain}`;
}

/**
 * Node.js refuses methods that it does not know, and the one that HTTP/2 reserves; and it refuses at once what nobody will see the end of.
 * It takes nothing of it for anything else.
 */
function isExpected(node: NodeReading, { messages }: MessageReading, kind: Judged['kind']): boolean {
  const next = messages[node.messages.length];
  if (next === undefined) return messages.at(-1)?.whole === false;
  const [first] = next.startLine;
  // An interim response that announces the end of the connection is read as the last one.
  if (kind === 'response')
    return node.error === 'HPE_CLOSED_CONNECTION' && messages[node.messages.length - 1]?.startLine[1].startsWith('1') === true;
  // It obeys Proxy-Connection as if it were Connection: what follows is answered by nobody, and not even looked at behind an Upgrade.
  const closed = messages[node.messages.length - 1]?.fields.some(([name]) => name === 'proxy-connection') === true;
  return first === 'PRI' || !knownMethods.has(first) || (closed && ['HPE_CLOSED_CONNECTION', 'nothing used'].includes(node.error ?? ''));
}

function toStartLine({ startLine: [first, second] }: ReadMessage, kind: Judged['kind']): string {
  return kind === 'request' ? `${first} ${second}` : second;
}
