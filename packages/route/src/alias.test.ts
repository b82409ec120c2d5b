import { expect, test } from 'vitest';
import { defaultAliases, parseAlias } from './alias.ts';

test('reads headers and members', () => {
  expect(defaultAliases.map(parseAlias)).toEqual([{ t: 'header', header: 'kubernetes-route-as' }]);
  expect(parseAlias('X-My-Key')).toEqual({ t: 'header', header: 'x-my-key' });
  expect(parseAlias('baggage:okteto-divert')).toEqual({ t: 'member', header: 'baggage', name: { text: 'okteto-divert', prefix: false } });
  expect(parseAlias('Baggage:sd-*')).toEqual({ t: 'member', header: 'baggage', name: { text: 'sd-', prefix: true } });
  expect(parseAlias('tracestate:Intercept')).toEqual({ t: 'member', header: 'tracestate', name: { text: 'Intercept', prefix: false } });
});

test.each([
  '',
  ' ',
  'x y',
  'x:',
  'x\r\ny',
  'cookie:a',
  'baggage:',
  'baggage:*',
  'baggage:a*b*',
  'baggage:a b',
  'baggage: a',
  'baggage',
  'Cookie',
  'X-Intercept-Id',
  'Content-Length',
  'transfer-encoding',
  'é',
])('refuses %j, naming it', (text) => {
  expect(() => parseAlias(text)).toThrow(expect.objectContaining({ code: 'bad_config', message: expect.stringContaining(`"${text}"`) }));
});
