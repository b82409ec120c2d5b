// Answers every request with all that its connection has heard, byte for byte: what a server is told, and by whom.
import { createServer } from 'node:net';
import process from 'node:process';

const { PORT = '8080', HOST = '0.0.0.0' } = process.env;

createServer((socket) => {
  let heard = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    heard = Buffer.concat([heard, bytes]);
    if (!heard.subarray(-4).equals(Buffer.from('\r\n\r\n'))) return;
    const body = JSON.stringify({ from: socket.remoteAddress, heard: heard.toString('base64') });
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
}).listen(Number(PORT), HOST);
process.on('SIGTERM', () => process.exit());
