// Usage: node router.ts PORT BASELINE_PORT DEVELOPER_PORT KEY — the data plane alone, with one intercept.
import {
  InterceptError,
  parseRoutingKey,
  parseServiceName,
  silentLog,
  silentMetrics,
  toInterceptId,
  type Dialer,
} from '@switchyard/contract';
import { createSnapshot, type Rule } from '@switchyard/route';
import { dialSocket, openRouter } from '@switchyard/router';
import { createSystemClock } from '@switchyard/runtime';

const [port, baselinePort, developerPort, text = ''] = process.argv.slice(2);
const host = '127.0.0.1';
const service = parseServiceName('orders');
const key = parseRoutingKey(text);
const id = toInterceptId(service, 'http', key);
const rule: Rule = {
  id,
  service,
  port: 'http',
  key,
  match: [],
  owner: 'bench',
  createdAt: 0,
  whenAway: 'fail',
  target: { t: 'direct', host, port: Number(developerPort), intercept: id },
};
const clock = createSystemClock();
const dialer: Dialer = {
  dial: async (target, signal) => {
    if (target.t === 'tunnel') throw new InterceptError('tunnel_lost', 'There are no sessions here.');
    return dialSocket(target, { clock, timeoutMs: 5_000, signal });
  },
};
const router = openRouter({ clock, log: silentLog, metrics: silentMetrics, dialer });
router.update(createSnapshot([rule]));
await router.listen({
  service,
  port: 'http',
  host,
  listenPort: Number(port),
  protocol: 'http',
  baseline: { host, port: Number(baselinePort) },
});
// With --cpu-prof the profile is written on exit.
process.once('SIGTERM', () => process.exit(0));
