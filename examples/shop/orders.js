// Knows the orders; asks `payments` whether they are paid.
import { createServer } from 'node:http';
import { answer, ask } from './pass-on.js';

const { PORT = '28081', PAYMENTS_URL = 'http://127.0.0.1:18082', ORDERS_VERSION = 'baseline' } = process.env;

createServer(async (request, response) => {
  answer(response, { service: 'orders', version: ORDERS_VERSION, payments: await ask(PAYMENTS_URL, request) });
}).listen(Number(PORT), '127.0.0.1');
