import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { findKubeconfig, toProgram } from './cluster.ts';

/** A port of this machine that leads to a port in the cluster. Dispose ends it. */
export interface Forward extends AsyncDisposable {
  readonly port: number;
}

/** Forwards a free port to `port` of `target`, such as `service/NAME`, with kubectl. */
export async function openForward(namespace: string, target: string, port: number): Promise<Forward> {
  const child = spawn(toProgram('kubectl'), ['port-forward', '-n', namespace, target, `:${port}`, '--address', '127.0.0.1'], {
    env: { ...process.env, KUBECONFIG: findKubeconfig() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const local = new Promise<number>((resolve, reject) => {
    let text = '';
    // It goes on saying what it does: nobody may close its output.
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('close', () => reject(new Error(`kubectl port-forward ended: ${text}`)));
  });
  return {
    port: await local,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}
