// Sends requests and judges who answered them. Its one argument is a `LoadPlan` as JSON. When its requests are sent, and its standard
// input is closed where it goes on until then, it prints a `LoadReport` as JSON, with the first failures; and at its first right answer `begun`.
import { Agent, request, type IncomingMessage } from 'node:http';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadFailure, LoadPlan, LoadReport } from './load-report.ts';

const plan = JSON.parse(process.argv[2] ?? '{}') as LoadPlan;
const report: { -readonly [Name in keyof LoadReport]: LoadReport[Name] } = {
  requests: 0,
  misrouted: 0,
  failed: 0,
  connections: 0,
  answers: {},
  longestMs: 0,
  silenceMs: 0,
  failedBy: {},
};
let lastRightAt: number | undefined;
const failures: LoadFailure[] = [];
let stopping = false;
process.stdin.on('end', () => (stopping = true)).resume();

/** One caller: a connection that is kept, or a new one for each request. */
async function call(index: number): Promise<void> {
  const agent = new Agent({ keepAlive: plan.keepAlive, maxSockets: 1 });
  const mine = Math.ceil((plan.requests - index) / plan.callers);
  for (let sent = 0; plan.goesOn ? sent < mine || !stopping : sent < mine; sent++) {
    const key = plan.keys[(index + sent) % plan.keys.length] ?? null;
    await ask(agent, key);
    if (plan.pauseMs > 0) await sleep(plan.pauseMs);
  }
  agent.destroy();
}

async function ask(agent: Agent, key: string | null): Promise<void> {
  report.requests++;
  const began = Date.now();
  try {
    const answer = await send(agent, key);
    report.answers[`${key ?? 'none'}>${answer}`] = (report.answers[`${key ?? 'none'}>${answer}`] ?? 0) + 1;
    if (answer === (key ?? 'baseline')) noteRight(began);
    else note('misrouted', key, answer, began);
  } catch (error) {
    note('failed', key, error instanceof Error ? error.message : String(error), began);
  }
}

function noteRight(began: number): void {
  const now = Date.now();
  report.longestMs = Math.max(report.longestMs, now - began);
  if (lastRightAt === undefined) console.log('begun');
  report.silenceMs = Math.max(report.silenceMs, now - (lastRightAt ?? now));
  lastRightAt = now;
}

function note(kind: 'misrouted' | 'failed', key: string | null, what: string, began: number): void {
  report[kind]++;
  if (kind === 'failed') report.failedBy[what.slice(0, 60)] = (report.failedBy[what.slice(0, 60)] ?? 0) + 1;
  if (failures.length < 20) failures.push({ kind, key, what, at: new Date(began).toISOString(), tookMs: Date.now() - began });
}

/** The version that answered, at `path` into the answer's JSON. */
function send(agent: Agent, key: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = key === null ? {} : plan.header === 'baggage' ? { baggage: `intercept=${key}` } : { 'x-intercept-id': key };
    const outgoing = request(plan.url, { agent, headers, timeout: 10_000 }, (response) => {
      read(response)
        .then((body) => {
          if (response.statusCode !== 200)
            throw new Error(`${response.statusCode} ${String(response.headers['x-intercept-error'] ?? '')}: ${body.slice(0, 200)}`);
          resolve(String(plan.path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], JSON.parse(body))));
        })
        .catch(reject);
    });
    outgoing.on('socket', (socket) => {
      if (!outgoing.reusedSocket) report.connections++;
      socket.setNoDelay();
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 10 s')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function read(response: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  return body;
}

await Promise.all(Array.from({ length: plan.callers }, (_, index) => call(index)));
console.log(JSON.stringify({ ...report, failures }));
process.exit();
