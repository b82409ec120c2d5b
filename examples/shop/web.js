// The shop's front door: asks `orders`. It calls the address that everybody calls, where the traffic manager listens.
import { createServer } from 'node:http';
import { answer, ask } from './pass-on.js';

const { PORT = '28080', ORDERS_URL = 'http://127.0.0.1:18081' } = process.env;

createServer(async (request, response) => {
  answer(response, { service: 'web', version: 'baseline', orders: await ask(ORDERS_URL, request) });
}).listen(Number(PORT), '127.0.0.1');
