import type { AuditSink, OnFate } from './audit-sink.ts';

/** Writes each line as JSON to standard output, which the log does not use. */
export function createStdoutSink(stdout: { write(text: string): unknown }, onFate: OnFate): AuditSink {
  return {
    write(line) {
      stdout.write(`${JSON.stringify(line)}\n`);
      onFate('written', 1);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
