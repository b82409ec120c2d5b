// Knows the payments; asks nobody.
import { createServer } from 'node:http';
import { answer } from './pass-on.js';

const { PORT = '28082' } = process.env;

createServer((_request, response) => {
  answer(response, { service: 'payments', version: 'baseline' });
}).listen(Number(PORT), '127.0.0.1');
