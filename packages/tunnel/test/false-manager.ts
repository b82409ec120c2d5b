import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import {
  encodeManagerMessage,
  parseAgentMessage,
  tunnelDefinition,
  type ManagerMessage,
  type ReceivedAgentMessage,
} from '@switchyard/wire';

/** A manager that answers every message as a test says. */
export interface FalseManager extends Disposable {
  readonly url: URL;
  /** How many pipes it was offered. */
  readonly carries: number;
}

export async function openFalseManager(answer: (message: ReceivedAgentMessage) => readonly ManagerMessage[]): Promise<FalseManager> {
  let carries = 0;
  const server = new Server();
  server.addService(tunnelDefinition, {
    control: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on('error', () => {});
      call.on('data', (bytes: Buffer) => {
        for (const message of answer(parseAgentMessage(bytes))) call.write(encodeManagerMessage(message));
      });
    },
    carry: (call: ServerDuplexStream<Buffer, Buffer>) => {
      carries++;
      call.on('error', () => {}).resume();
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    get carries() {
      return carries;
    },
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}
