// Answers every request with the same 100 bytes, as cheaply as sockets can: what is measured through it is the way there.
import { createServer } from 'node:net';
import process from 'node:process';

const answer = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n'.concat('x'.repeat(100));
const { PORT = '8080', HOST = '0.0.0.0' } = process.env;

createServer((socket) => {
  let rest = '';
  socket.setNoDelay();
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    const heads = (rest + bytes.toString('latin1')).split('\r\n\r\n');
    rest = heads.pop() ?? '';
    if (heads.length > 0) socket.write(answer.repeat(heads.length));
  });
}).listen(Number(PORT), HOST);
process.on('SIGTERM', () => process.exit());
