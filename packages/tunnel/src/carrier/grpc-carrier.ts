import { tunnelChannelOptions } from '../channel-options.ts';
import type { Access } from '../connect/access.ts';
import { createClientStream } from '../message-stream.ts';
import type { AgentCarrier } from './agent-carrier.ts';
import { createGrpcClient } from './grpc-client.ts';

/** All streams in one connection of HTTP/2, as gRPC. Throws as `createGrpcClient` does. */
export function createGrpcCarrier(url: URL, access: Access): AgentCarrier {
  const client = createGrpcClient(url, access, tunnelChannelOptions);
  return {
    open: (method, handler) =>
      createClientStream(client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize), handler),
    close: () => client.close(),
  };
}
