// Usage: node idle-clients.ts PORT COUNT KEY — COUNT connections with one answered request each; then it says "idle" and keeps them.
import { connect, type Socket } from 'node:net';

const [port, count, key = ''] = process.argv.slice(2);
const head = `GET /bytes/0 HTTP/1.1\r\nHost: idle\r\n${key === '' ? '' : `x-intercept-id: ${key}\r\n`}\r\n`;
const sockets: Socket[] = [];

function openOne(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port) }, () => socket.write(head));
    socket.once('data', (bytes) => {
      if (bytes.toString('latin1').startsWith('HTTP/1.1 200')) resolve();
      else reject(new Error(bytes.toString('latin1')));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('A connection was closed.')));
    sockets.push(socket);
  });
}

/** How many connect at a time. */
const atOnce = 50;
while (sockets.length < Number(count)) await Promise.all(Array.from({ length: atOnce }, openOne));
// What was allocated for the requests may be given back by now.
setTimeout(() => process.stdout.write('idle\n'), 3_000);
