import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Question, Reply } from '../e2e/programs/question.ts';
import { findKubeconfig, toProgram } from '../e2e/support/cluster.ts';
import type { Exchange } from './judge.ts';

/** A caller in a pod. Dispose ends it; what it was asked last stays unanswered. */
export interface Asker extends AsyncDisposable {
  /** Sends a request; `onExchange` of its options hears what became of it. */
  ask(question: Omit<Question, 'id'>): void;
  readonly unanswered: number;
}

/** Starts a caller in `pod`. */
export function openAsker(namespace: string, pod: string, onExchange: (exchange: Exchange) => void): Asker {
  const env = { ...process.env, KUBECONFIG: findKubeconfig() };
  const child = spawn(toProgram('kubectl'), ['exec', '-i', '-n', namespace, pod, '--', 'node', '/e2e/ask.ts'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const asked = new Map<number, { readonly question: Question; readonly sentAt: number }>();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let next = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = JSON.parse(line) as Reply;
    const sent = asked.get(reply.id);
    if (sent === undefined) return;
    asked.delete(reply.id);
    onExchange({ ...sent, reply, answeredAt: performance.now() });
  });
  return {
    ask(wish) {
      const question = { id: next++, ...wish };
      asked.set(question.id, { question, sentAt: performance.now() });
      child.stdin.write(`${JSON.stringify(question)}\n`);
    },
    get unanswered() {
      return asked.size;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
