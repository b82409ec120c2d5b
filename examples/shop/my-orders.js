// A developer's own `orders`: change it, save it, run it again. Only requests with the developer's key get here:
//
//   intercept run orders -- node my-orders.js
//
// `intercept run` sets PORT (where to listen) and INTERCEPT_KEY.
import { answer, ask } from './pass-on.js';
import { serve } from './serve.js';

const { PAYMENTS_URL = 'http://127.0.0.1:18082', INTERCEPT_KEY = 'mine' } = process.env;

serve(28091, async (request, response) => {
  console.log(`${request.method} ${request.url} reached this machine`);
  answer(response, { service: 'orders', version: INTERCEPT_KEY, discount: '10 %', payments: await ask(PAYMENTS_URL, request) });
});
