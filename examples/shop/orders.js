// Knows the orders; asks `payments` whether they are paid.
import { answer, ask } from './pass-on.js';
import { serve } from './serve.js';

const { PAYMENTS_URL = 'http://127.0.0.1:18082', ORDERS_VERSION = 'baseline' } = process.env;

serve(28081, async (request, response) => {
  answer(response, { service: 'orders', version: ORDERS_VERSION, payments: await ask(PAYMENTS_URL, request) });
});
