// Prints, as JSON, the memory of the process of this network namespace whose inspector listens, once its garbage is collected.
import { once } from 'node:events';

/** What the process answers to `process.memoryUsage()`, bytes. */
export interface MemoryUsage {
  readonly rss: number;
  readonly heapTotal: number;
  readonly heapUsed: number;
  /** Buffers among them. */
  readonly external: number;
}

interface Answer {
  readonly id: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

if (import.meta.main) console.log(JSON.stringify(await collect('http://127.0.0.1:9229')));

async function collect(inspector: string): Promise<unknown> {
  const targets = (await (await fetch(`${inspector}/json/list`)).json()) as readonly { readonly webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  const ask = async (id: number, method: string, params: object = {}): Promise<Answer> => {
    const answered = once(socket, 'message');
    socket.send(JSON.stringify({ id, method, params }));
    const [{ data }] = (await answered) as [{ readonly data: string }];
    return JSON.parse(data) as Answer;
  };
  await ask(1, 'HeapProfiler.collectGarbage');
  const { result } = await ask(2, 'Runtime.evaluate', { expression: 'process.memoryUsage()', returnByValue: true });
  socket.close();
  return result?.result?.value;
}
