// Sends the requests that it is told to and says what became of each: a `Question` per line of standard input, a `Reply` per line of
// standard output. Ends with its input.
import { Agent, request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Question, Reply } from './question.ts';

/** Shorter than any server here keeps an idle connection: which of the two closes it must not be a race. */
const keptMs = 3_000;
const answerMs = 30_000;
const keeping = new Agent({ keepAlive: true, maxFreeSockets: 2, timeout: keptMs });
const opened = new WeakMap<Socket, number>();
/** One that is never idle would go past the routers for ever, where it was opened before a Service was taken over. */
const mostAgeMs = 5_000;
keeping.on('free', (socket: Socket) => {
  if (performance.now() - (opened.get(socket) ?? 0) > mostAgeMs) socket.destroy();
});

function ask({ id, service, key, kept }: Question): void {
  let connectionAgeMs: number | undefined;
  const tell = (reply: Omit<Reply, 'id' | 'connectionAgeMs'>): void => {
    process.stdout.write(`${JSON.stringify({ id, connectionAgeMs, ...reply } satisfies Partial<Reply>)}\n`);
  };
  const headers = key === null ? {} : { 'x-intercept-id': key };
  const how = kept ? { agent: keeping } : { agent: false };
  const outgoing = request({ host: service, headers, timeout: answerMs, ...how }, (response) => {
    read(response).then(
      (body) =>
        tell({
          status: response.statusCode ?? 0,
          code: toText(response.headers['x-intercept-error']),
          marker: toText(response.headers['x-intercept-status']),
          body,
        }),
      (error: unknown) => tell({ error: toReason(error), body: '' }),
    );
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${answerMs} ms`)));
  outgoing.on('socket', (socket) => {
    const since = opened.get(socket) ?? performance.now();
    opened.set(socket, since);
    connectionAgeMs = performance.now() - since;
    socket.setNoDelay();
  });
  outgoing.on('error', (error) => tell({ error: toReason(error), body: '' }));
  outgoing.end();
}

async function read(response: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  return body;
}

function toText(value: string | string[] | undefined): string {
  return value === undefined ? '' : String(value);
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

for await (const line of createInterface({ input: process.stdin })) ask(JSON.parse(line) as Question);
process.exit();
