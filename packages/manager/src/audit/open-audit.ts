import type { Audit, Clock, Log, Metrics } from '@switchyard/contract';
import { randomUUID } from 'node:crypto';
import { toAuditLine, type AuditOrigin } from './audit-line.ts';
import type { AuditSink, OnFate } from './audit-sink.ts';
import type { OtlpTarget } from './otlp-sink.ts';
import { createRefusalGate } from './refusal-gate.ts';
import { createStdoutSink } from './stdout-sink.ts';

/** Where audit records go. */
export interface AuditConfig {
  /** To standard output, one JSON object a line. */
  readonly stdout: boolean;
  /** To a collector as well. */
  readonly otlp?: OtlpTarget | undefined;
}

/** What the audit trail works with. */
export interface AuditDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly stdout: { write(text: string): unknown };
}

/** An audit trail that is open. Dispose waits, bounded, until its records are out. */
export type OpenAudit = Audit & AsyncDisposable;

/**
 * Opens the audit trail. Rejects with `bad_config`. Refusals have a rate for each address, so that nobody fills the trail by being refused:
 * those beyond it are only counted.
 */
export async function openAudit({ stdout, otlp }: AuditConfig, deps: AuditDeps, origin: AuditOrigin): Promise<OpenAudit> {
  await using opened = new AsyncDisposableStack();
  const { clock, metrics } = deps;
  const counter = metrics.counter({
    name: 'switchyard_audit_records_total',
    help: 'Audit records by where they went and what became of them; `suppressed`: too many refusals of one address.',
    labels: ['sink', 'outcome'],
  });
  const countFor =
    (sink: string): OnFate =>
    (outcome, lines) =>
      counter.add(lines, { sink, outcome });
  const sinks: AuditSink[] = [];
  if (stdout) sinks.push(opened.use(createStdoutSink(deps.stdout, countFor('stdout'))));
  if (otlp !== undefined) {
    // Whoever has no collector does not pay for its library.
    const { openOtlpSink } = await import('./otlp-sink.ts');
    sinks.push(opened.use(await openOtlpSink({ ...deps, onFate: countFor('otlp') }, otlp, origin)));
  }
  const isTooMuch = createRefusalGate(clock);
  const owned = opened.move();
  return {
    write(record) {
      if (record.outcome === 'refused' && isTooMuch(record.address ?? record.user))
        return counter.add(1, { sink: 'all', outcome: 'suppressed' });
      const line = toAuditLine(record, origin, record.id ?? randomUUID(), clock.date());
      for (const sink of sinks) sink.write(line);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
