// The shop's front door: asks `orders`. It calls the address that everybody calls, where the traffic manager listens.
import { answer, ask } from './pass-on.js';
import { serve } from './serve.js';

const { ORDERS_URL = 'http://127.0.0.1:18081' } = process.env;

serve(28080, async (request, response) => {
  answer(response, { service: 'web', version: 'baseline', orders: await ask(ORDERS_URL, request) });
});
