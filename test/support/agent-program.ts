/** An agent as a process of its own, to be killed: `node agent-program.ts API_PORT KEY LOCAL_PORT`. Prints `connected`. */
import { parseRoutingKey, parseServiceName, silentLog } from '@switchyard/contract';
import { openAgent } from '@switchyard/agent';
import { createSystemClock } from '@switchyard/runtime';
import { plainSpec } from '@switchyard/testkit';

const [apiPort = '', key = '', localPort = ''] = process.argv.slice(2);

const agent = await openAgent(
  { clock: createSystemClock(), log: silentLog },
  {
    url: new URL(`http://127.0.0.1:${apiPort}`),
    owner: key,
    client: `${key}s-laptop`,
    token: undefined,
    intercepts: [
      {
        spec: {
          ...plainSpec,
          service: parseServiceName('orders'),
          key: parseRoutingKey(key),
        },
        deliver: { host: '127.0.0.1', port: Number(localPort) },
      },
    ],
    onEvent: (event) => process.stdout.write(`${event.t}\n`),
    signal: AbortSignal.timeout(10_000),
  },
);
await agent.closed;
