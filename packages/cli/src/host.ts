import type { Clock } from '@switchyard/contract';

/** A stream that text is written to. */
export interface TextSink {
  /** Whether a person watches it in a terminal. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The process around a command, as a port: `main.ts` passes the real one. */
export interface Host {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory that the person is in. */
  readonly cwd: string;
  /** The person's home directory. */
  readonly home: string;
  /** Name of the operating system's user. */
  readonly osUser: string;
  readonly hostName: string;
  readonly clock: Clock;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Aborted with `canceled` when the process is told to stop; `detail.signal` names the signal. */
  readonly signal: AbortSignal;
  /** Calls `fn`, synchronously, when the process ends however it does short of SIGKILL. Answers how to undo it. */
  onExit(fn: () => void): () => void;
}
