import { expect, test } from 'vitest';
import { toHeaders, toPath, tracing, workloads } from './workload.ts';

test.each(workloads)('a request of "$name" has a head of so many bytes', (workload) => {
  const lines = [`GET ${toPath(workload.bodyBytes)} HTTP/1.1`, 'Host: 127.0.0.1:12345', ...toHeaders(workload, 12_345, false), ''];
  expect(lines.join('\r\n').length + 2 + (workload.isTraced ? tracing.bytes : 0)).toBe(workload.headBytes);
});
