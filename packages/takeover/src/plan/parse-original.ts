import { routerSelector, type FieldTree, type ManagedFieldsEntry, type OriginalPort, type OriginalService } from '@switchyard/kube';
import { takeoverLimits } from '../limits.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The record that an annotation's `text` holds; undefined where it is none: too large, no JSON, or of another shape. Anybody may have
 * written it.
 */
export function parseOriginal(text: string): OriginalService | undefined {
  if (Buffer.byteLength(text) > takeoverLimits.recordBytes.value) return undefined;
  try {
    return toOriginalService(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function toOriginalService(value: unknown): OriginalService {
  const { uid, selector, ports, managedFields } = fields(value);
  return {
    uid: string(uid),
    selector: toSelector(selector),
    ports: list(ports).map(toPort),
    managedFields: list(managedFields).map(toEntry),
  };
}

/** Who gave a Service such a selector would cut it off for good: it was never one's that we took. */
function toSelector(value: unknown): Readonly<Record<string, string>> {
  const selector = map(value);
  const names = Object.keys(selector);
  if (names.length === 0 || names.some((name) => name in routerSelector)) throw new TypeError('selector');
  return selector;
}

function toPort(value: unknown): OriginalPort {
  const { port, targetPort, routerPort } = fields(value);
  const target = targetPort === undefined ? {} : { targetPort: typeof targetPort === 'string' ? targetPort : portNumber(targetPort) };
  return { port: portNumber(port), ...target, routerPort: portNumber(routerPort) };
}

function toEntry(value: unknown): ManagedFieldsEntry {
  const { fieldsV1, operation, ...rest } = fields(value);
  for (const text of Object.values(rest)) string(text);
  if (operation !== undefined && operation !== 'Apply' && operation !== 'Update') throw new TypeError('operation');
  const tree = fieldsV1 === undefined ? {} : { fieldsV1: toTree(fieldsV1, 0) };
  return { ...rest, ...(operation === undefined ? {} : { operation }), ...tree };
}

function toTree(value: unknown, depth: number): FieldTree {
  if (depth > takeoverLimits.recordDepth.value) throw new TypeError('depth');
  return Object.fromEntries(Object.entries(fields(value)).map(([name, child]) => [name, toTree(child, depth + 1)]));
}

function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('object');
  return value as Fields;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('list');
  return value;
}

function map(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields(value)).map(([name, text]) => [name, string(text)]));
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('string');
  return value;
}

function portNumber(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 65_535) throw new TypeError('port');
  return value;
}
