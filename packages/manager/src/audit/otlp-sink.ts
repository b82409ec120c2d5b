import { SeverityNumber, type AnyValueMap } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { toLimitValues, type Clock, type Log } from '@switchyard/contract';
import { auditLimits } from '../limits.ts';
import { version } from '../version.ts';
import type { AuditLine, AuditOrigin } from './audit-line.ts';
import type { AuditSink, OnFate } from './audit-sink.ts';
import { readOtlpHeaders } from './otlp-headers.ts';

/** Where records go over OTLP. */
export interface OtlpTarget {
  /** The receiver's base URL: records are posted to `/v1/logs` below it. */
  readonly endpoint: string;
  /** A file of header fields to send, read again for each batch: `Name: value` lines. */
  readonly headersFile?: string | undefined;
}

const { otlpQueue, otlpBatch, otlpDelayMs, otlpTimeoutMs, otlpFlushMs } = toLimitValues(auditLimits);

/**
 * Sends lines to an OpenTelemetry collector, in batches and with the SDK's retries. What waits is bounded: beyond that lines are dropped,
 * and so are those of a batch that the receiver never took. Rejects with `bad_config` where the headers cannot be read.
 */
export async function openOtlpSink(
  { clock, log, onFate }: { readonly clock: Clock; readonly log: Log; readonly onFate: OnFate },
  { endpoint, headersFile }: OtlpTarget,
  { namespace, manager }: AuditOrigin,
): Promise<AuditSink> {
  if (headersFile !== undefined) await readOtlpHeaders(headersFile);
  let waiting = 0;
  const exporter = watchExporter(
    new OTLPLogExporter({
      url: `${endpoint.replace(/\/+$/, '')}/v1/logs`,
      timeoutMillis: otlpTimeoutMs,
      ...(headersFile === undefined ? {} : { headers: () => readOtlpHeaders(headersFile) }),
    }),
    (count, isDelivered) => {
      waiting -= count;
      onFate(isDelivered ? 'written' : 'failed', count);
      if (!isDelivered) log.warn('audit_not_delivered', { endpoint, records: count });
    },
  );
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({
      'service.name': 'switchyard-manager',
      'service.version': version,
      ...(namespace === undefined ? {} : { 'k8s.namespace.name': namespace }),
      ...(manager === undefined ? {} : { 'k8s.pod.name': manager, 'service.instance.id': manager }),
    }),
    processors: [
      new BatchLogRecordProcessor({
        exporter,
        maxQueueSize: otlpQueue,
        maxExportBatchSize: otlpBatch,
        scheduledDelayMillis: otlpDelayMs,
        exportTimeoutMillis: 2 * otlpTimeoutMs,
      }),
    ],
  });
  const logger = provider.getLogger('switchyard.audit', version);
  return {
    write(line) {
      if (waiting >= otlpQueue) return onFate('dropped', 1);
      waiting++;
      logger.emit(toLogRecord(line));
    },
    async [Symbol.asyncDispose]() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = clock.after(otlpFlushMs, resolve);
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      timer.cancel();
    },
  };
}

/** `exporter`, which also tells how many records of each batch were taken or given up. */
function watchExporter(exporter: LogRecordExporter, onDone: (count: number, isDelivered: boolean) => void): LogRecordExporter {
  return {
    export(records, callback) {
      exporter.export(records, (result) => {
        onDone(records.length, result.error === undefined);
        callback(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}

function toLogRecord(line: AuditLine) {
  const isRefused = line.outcome === 'refused';
  return {
    timestamp: new Date(line.time),
    eventName: 'switchyard.audit',
    severityNumber: isRefused ? SeverityNumber.WARN : SeverityNumber.INFO,
    severityText: isRefused ? 'WARN' : 'INFO',
    body: line.message ?? line.action,
    attributes: toAttributes('switchyard.audit.', line),
  };
}

/** The fields of a line by the same names as in its JSON; those inside of another by `outer.inner`. */
function toAttributes(prefix: string, fields: object): AnyValueMap {
  const attributes: AnyValueMap = {};
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (value === undefined || name === 'audit') continue;
    if (Array.isArray(value)) attributes[prefix + name] = value.map(String);
    else if (typeof value === 'object' && value !== null) Object.assign(attributes, toAttributes(`${prefix}${name}.`, value));
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') attributes[prefix + name] = value;
  }
  return attributes;
}
