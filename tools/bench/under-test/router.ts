// Usage: node router.ts PORT BASELINE_PORT DEVELOPER_PORT KEY — the data plane alone, with one intercept.
import { parseRoutingKey, parseServiceName, silentLog, silentMetrics, toInterceptId } from '@switchyard/contract';
import { createSnapshot, type Rule } from '@switchyard/route';
import { openRouter } from '@switchyard/router';
import { createSystemClock } from '@switchyard/runtime';

const [port, baselinePort, developerPort, text = ''] = process.argv.slice(2);
const host = '127.0.0.1';
const service = parseServiceName('orders');
const key = parseRoutingKey(text);
const rule: Rule = {
  id: toInterceptId(service, 'http', key),
  service,
  port: 'http',
  key,
  owner: 'bench',
  createdAt: 0,
  whenAway: 'fail',
  target: { t: 'direct', host, port: Number(developerPort) },
};
const router = await openRouter({ clock: createSystemClock(), log: silentLog, metrics: silentMetrics });
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
