import { browserHeaders } from './browser-headers.ts';
import { liveKey } from './contender.ts';

/** What the requests of one measurement look like, and their answers. */
export interface Workload {
  readonly name: string;
  /** For file names. */
  readonly id: string;
  /** Length of the request head; a keyed one has its 23-byte key line besides. One of 1,024 bytes has the fields of a browser. */
  readonly headBytes: 60 | 1024;
  readonly bodyBytes: 0 | 1024 | 65_536;
  /** Whether each request has another `traceparent`, as in a traced system; else they are all the same. */
  readonly isTraced: boolean;
}

const heads = [60, 1024] as const;
const answers = [0, 1024, 65_536] as const;

/** Small and browser-like heads, answered with nothing, 1 KiB and 64 KiB; and heads of which each is another one. */
export const workloads: readonly Workload[] = [
  ...heads.flatMap((headBytes) =>
    answers.map((bodyBytes) => ({
      name: `${headBytes} B head, ${bodyBytes === 0 ? 'empty' : `${bodyBytes / 1024} KiB`} answer`,
      id: `${headBytes}-${bodyBytes}`,
      headBytes,
      bodyBytes,
      isTraced: false,
    })),
  ),
  { name: '1024 B head, each another, empty answer', id: '1024-traced', headBytes: 1024, bodyBytes: 0, isTraced: true },
];

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

/** The header fields that make the head of a request to `port` as long as `workload` says, `Host` aside. */
export function toHeaders(workload: Workload, port: number, isKeyed: boolean): readonly string[] {
  const { headBytes, bodyBytes, isTraced } = workload;
  const own = headBytes === 1024 ? browserHeaders : [];
  const written = [`GET ${toPath(bodyBytes)} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...own, ''];
  const writtenBytes = written.reduce((sum, line) => sum + line.length + 2, isTraced ? tracing.bytes : 0);
  const missing = headBytes - writtenBytes - 'x: \r\n'.length;
  const padding = missing < 0 ? [] : [`x: ${'p'.repeat(missing)}`];
  return [...own, ...padding, ...(isKeyed ? [`x-intercept-id: ${liveKey}`] : [])];
}
