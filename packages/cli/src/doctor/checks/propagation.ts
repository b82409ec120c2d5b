import { ok, warn, type Check } from '../check.ts';

/** Whether what is started from this shell would hand a key on, as far as the environment tells. */
export const propagationCheck: Check = {
  id: 'propagation',
  title: 'propagation',
  async run({ context: { host } }) {
    const propagators = host.env['OTEL_PROPAGATORS'] ?? '';
    if (propagators !== '' && !propagators.split(',').some((name) => name.trim() === 'baggage')) {
      return warn(
        `OTEL_PROPAGATORS is "${propagators.replaceAll(/\p{C}/gu, ' ')}": without baggage, OpenTelemetry drops keys`,
        'Add baggage to OTEL_PROPAGATORS.',
      );
    }
    return ok('services must hand baggage on; a CORS preflight of a browser carries no key, so that the baseline answers it');
  },
};
