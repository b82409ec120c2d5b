// Measures the way to a service: `measure.ts '{"host":"hello","key":"alice"}'` prints one line, a `Measurement` as JSON.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import type { Measurement, MeasurePlan } from './measurement.ts';

const { host, key, single, many, connections } = JSON.parse(process.argv[2] ?? '{}') as MeasurePlan;
const request = `GET / HTTP/1.1\r\nHost: ${host}\r\n${key === null ? '' : `x-intercept-id: ${key}\r\n`}\r\n`;

async function open(): Promise<Socket> {
  const socket = connect({ host, port: 80, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Sends `count` requests one after the other; answers how long each took, in microseconds. */
function ask(socket: Socket, count: number): Promise<number[]> {
  const times: number[] = [];
  return new Promise((resolve, reject) => {
    let began = process.hrtime.bigint();
    let text = '';
    const send = (): void => {
      began = process.hrtime.bigint();
      socket.write(request);
    };
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed')));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end === -1 || text.length < end + 104) return;
      if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text));
      text = '';
      times.push(Number(process.hrtime.bigint() - began) / 1000);
      if (times.length < count) return send();
      socket.removeAllListeners('close').destroy();
      resolve(times);
    });
    send();
  });
}

const times = (await ask(await open(), single)).toSorted((left, right) => left - right);
const sockets = await Promise.all(Array.from({ length: connections }, open));
const began = process.hrtime.bigint();
await Promise.all(sockets.map((socket) => ask(socket, Math.ceil(many / connections))));
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
const at = (share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0);
const measurement: Measurement = { p50Us: at(0.5), p99Us: at(0.99), perSecond: Math.round(many / seconds) };
console.log(JSON.stringify(measurement));
