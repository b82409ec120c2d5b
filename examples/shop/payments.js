// Knows the payments; asks nobody.
import { answer } from './pass-on.js';
import { serve } from './serve.js';

serve(28082, (_request, response) => {
  answer(response, { service: 'payments', version: 'baseline' });
});
