import type { DescService } from '@bufbuild/protobuf';
import { ManagerService } from './generated/switchyard/api/v1/api_pb.ts';
import { EventService } from './generated/switchyard/api/v1/events_pb.ts';
import { TunnelService } from './generated/switchyard/tunnel/v1/tunnel_pb.ts';

/** A method in the shape that grpc-js takes: messages pass as the bytes they are, and are encoded and parsed where they are used. */
export interface BytesMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (bytes: Buffer) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Buffer;
  readonly responseSerialize: (bytes: Buffer) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Buffer;
}

const same = (bytes: Buffer): Buffer => bytes;

function toDefinition<Name extends string>(
  service: DescService & { readonly method: Readonly<Record<Name, unknown>> },
): Readonly<Record<Name, BytesMethod>> {
  const methods = service.methods.map((method): [string, BytesMethod] => [
    method.localName,
    {
      path: `/${service.typeName}/${method.name}`,
      requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
      responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  ]);
  return Object.fromEntries(methods) as Record<Name, BytesMethod>;
}

/** The tunnel, for grpc-js. */
export const tunnelDefinition: Readonly<Record<'control' | 'carry', BytesMethod>> = toDefinition(TunnelService);

/** The unary API, for grpc-js. */
export const managerDefinition: Readonly<
  Record<'getManager' | 'listServices' | 'listIntercepts' | 'removeIntercepts' | 'renewIntercept' | 'explain', BytesMethod>
> = toDefinition(ManagerService);

/** What happens at a manager, for grpc-js. */
export const eventDefinition: Readonly<Record<'watchEvents', BytesMethod>> = toDefinition(EventService);
