import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';

/** The message that `init` describes, as bytes. */
export function encodeMessage<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Buffer {
  const bytes = toBinary(schema, create(schema, init));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
