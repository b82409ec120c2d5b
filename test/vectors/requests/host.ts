import { each, type RequestVector } from '../request-vector.ts';
import { toPrintable, wire } from '../wire.ts';

/** Exactly one Host in HTTP/1.1, none or one in HTTP/1.0, and a host it must be (RFC 9112 section 3.2). */
export const host: readonly RequestVector[] = [
  ...each(
    ['orders', 'orders:80', 'Orders.shop.svc.cluster.local', '127.0.0.1:8080', '[::1]', '[fe80::1]:80', 'a_b', '', ' \t orders \t '],
    (value) => ({
      name: `Host ${toPrintable(value)} is fine`,
      send: wire`GET / HTTP/1.1\r\nHost:${value}\r\n\r\n`,
      outcome: 'baseline',
    }),
  ),
  ...each(
    [
      'a b',
      'orders/x',
      'user@orders',
      'orders#',
      'orders?',
      'orders\\x',
      '"orders"',
      '<orders>',
      'orders\xe9',
      'orders\0',
      'a\tb',
      'orders:80:90',
      'orders:http',
      '[::1',
      '::1',
      'orders]',
      'http://orders',
    ],
    (value) => ({
      name: `Host ${toPrintable(value)} is no host`,
      send: wire`GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`,
      outcome: 'refused 400',
    }),
  ),
  { name: 'no Host', send: wire`GET / HTTP/1.1\r\n\r\n`, outcome: 'refused 400' },
  {
    name: 'only fields that look like Host',
    send: wire`GET / HTTP/1.1\r\nX-Host: orders\r\nHos: orders\r\nHostt: orders\r\n\r\n`,
    outcome: 'refused 400',
  },
  { name: 'two equal Hosts', send: wire`GET / HTTP/1.1\r\nHost: orders\r\nHost: orders\r\n\r\n`, outcome: 'refused 400' },
  { name: 'two different Hosts', send: wire`GET / HTTP/1.1\r\nHost: orders\r\nA: b\r\nHOST: payments\r\n\r\n`, outcome: 'refused 400' },
  { name: 'a second, empty Host', send: wire`GET / HTTP/1.1\r\nHost: orders\r\nHost:\r\n\r\n`, outcome: 'refused 400' },
  { name: 'two Hosts in HTTP/1.0', send: wire`GET / HTTP/1.0\r\nHost: orders\r\nhost: orders\r\n\r\n`, outcome: 'refused 400' },
  { name: 'HTTP/1.0 with a Host', send: wire`GET / HTTP/1.0\r\nHost: orders\r\n\r\n`, outcome: 'baseline, closed' },
  { name: 'HTTP/1.0 without a Host', send: wire`GET / HTTP/1.0\r\n\r\n`, outcome: 'baseline, closed' },
  { name: 'the name in any case, at any place', send: wire`GET / HTTP/1.1\r\nA: b\r\nhOsT: orders\r\n\r\n`, outcome: 'baseline' },
  {
    name: 'other host fields are ordinary',
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nX-Forwarded-Host: a b/c\r\n\r\n`,
    outcome: 'baseline',
  },
];
