import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

/** A server of WebSockets. */
export interface ChatServer extends AsyncDisposable {
  readonly port: number;
}

/** Opens a server that says its name and the path of the upgrade request, then echoes each message. */
export async function openChatServer(name: string): Promise<ChatServer> {
  const http: Server = createServer((_request, response) => response.end(`${name}\n`));
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket, request: IncomingMessage) => {
    socket.send(`${name} ${request.url ?? ''}`);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
