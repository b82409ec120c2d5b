import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('counters and gauges are rendered in the Prometheus text format', async () => {
  const metrics = createMetrics();
  const requests = metrics.counter({ name: 'requests_total', help: 'Requests.', labels: ['side'] });
  requests.add(2, { side: 'baseline' });
  requests.add(1, { side: 'routed' });
  metrics.counter({ name: 'drops_total', help: 'Drops.' }).add(3);
  let sessions = 1;
  metrics.gauge({ name: 'sessions', help: 'Sessions.' }, () => sessions);
  sessions = 7;

  const text = await metrics.render();
  expect(text).toContain('requests_total{side="baseline"} 2\n');
  expect(text).toContain('requests_total{side="routed"} 1\n');
  expect(text).toContain('drops_total 3\n');
  expect(text).toContain('# TYPE sessions gauge\nsessions 7\n');
  expect(metrics.contentType).toContain('text/plain');
});

test('totals are read on each scrape', async () => {
  const metrics = createMetrics();
  let bytes = 5;
  metrics.totals({ name: 'bytes_total', help: 'Bytes.', labels: ['way'] }, () => [
    { labels: { way: 'up' }, total: bytes },
    { labels: { way: 'down' }, total: 2 },
  ]);
  await metrics.render();
  bytes = 9;
  const text = await metrics.render();
  expect(text).toContain('bytes_total{way="up"} 9\n');
  expect(text).toContain('bytes_total{way="down"} 2\n');
});

test('two sets of metrics are independent', () => {
  const register = (): void => void createMetrics().counter({ name: 'requests_total', help: 'Requests.' });
  register();
  expect(register).not.toThrow();
});
