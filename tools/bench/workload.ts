import { browserHeaders } from './browser-headers.ts';
import { liveKey } from './contender.ts';

/** What the requests of one measurement look like, and their answers. */
export interface Workload {
  readonly name: string;
  /**
   * Length of the request head; a keyed one has its 23-byte key line besides. A head of 1,024 bytes is that of a browser's request in a traced system:
   * each has another `traceparent`. Those of 60 bytes are all the same.
   */
  readonly headBytes: 60 | 1024;
  readonly bodyBytes: 0 | 1024 | 65_536;
}

const heads = [60, 1024] as const;
const answers = [0, 1024, 65_536] as const;

/** Small and browser-like heads, answered with nothing, 1 KiB and 64 KiB. */
export const workloads: readonly Workload[] = heads.flatMap((headBytes) =>
  answers.map((bodyBytes) => ({ name: `${headBytes} B head, ${toSize(bodyBytes)} answer`, headBytes, bodyBytes })),
);

function toSize(bytes: number): string {
  return bytes === 0 ? 'empty' : `${bytes / 1024} KiB`;
}

/** The length of the answer that speed is measured with. */
export const bulkBytes: number = 256 * 1024 * 1024;

/** The request target that an origin answers with `bytes` bytes. */
export function toPath(bytes: number): string {
  return `/bytes/${bytes}`;
}

/** A header field that is another one in each request: a Lua script for wrk, and how long the field is. */
export const tracing: { readonly script: string; readonly bytes: number } = {
  script: `local n = 0
request = function()
  n = n + 1
  wrk.headers["traceparent"] = string.format("00-%032x-%016x-01", n, n)
  return wrk.format()
end
`,
  bytes: 'traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01\r\n'.length,
};

/** Whether each request of `workload` has a `tracing` field, besides its `toHeaders`. */
export function isTraced({ headBytes }: Workload): boolean {
  return headBytes === 1024;
}

/** The header fields that make the head of a request to `port` as long as `workload` says, `Host` aside. */
export function toHeaders(workload: Workload, port: number, isKeyed: boolean): readonly string[] {
  const { headBytes, bodyBytes } = workload;
  const own = isTraced(workload) ? browserHeaders : [];
  const written = [`GET ${toPath(bodyBytes)} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...own, ''];
  const writtenBytes = written.reduce((sum, line) => sum + line.length + 2, isTraced(workload) ? tracing.bytes : 0);
  const missing = headBytes - writtenBytes - 'x: \r\n'.length;
  const padding = missing < 0 ? [] : [`x: ${'p'.repeat(missing)}`];
  return [...own, ...padding, ...(isKeyed ? [`x-intercept-id: ${liveKey}`] : [])];
}
