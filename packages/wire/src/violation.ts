import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import { InterceptError } from '@switchyard/contract';

/** The peer sent what the protocol does not allow. */
export function toViolation(what: string, cause?: unknown): InterceptError {
  return new InterceptError('protocol_violation', `The other end of the tunnel broke the protocol: ${what}.`, { cause });
}

/** The bytes as a message of `schema`; throws `protocol_violation` where they are none. */
export function parseMessage<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw toViolation(`what it sent is no ${schema.name} message`, cause);
  }
}
