import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { findProxy, type ProxyVariables } from './proxy.ts';

const nameOf = (url: string, variables: ProxyVariables): string | undefined => findProxy(new URL(url), variables)?.name;
const proxied = { https_proxy: 'http://p:3128' };

test.each([
  ['https by its scheme', 'https://m.corp:7480', { HTTPS_PROXY: 'http://s:1', HTTP_PROXY: 'http://p:2' }, 's:1'],
  ['http by its scheme', 'http://m.corp:7480', { HTTPS_PROXY: 'http://s:1', HTTP_PROXY: 'http://p:2' }, 'p:2'],
  ['one for all', 'http://m.corp', { ALL_PROXY: 'http://a:1', HTTPS_PROXY: 'http://s:1' }, 'a:1'],
  ['the lower case wins', 'https://m.corp', { https_proxy: 'http://l:1', HTTPS_PROXY: 'http://u:1' }, 'l:1'],
  ['an empty lower case takes the upper one back', 'https://m.corp', { https_proxy: '', HTTPS_PROXY: 'http://u:1' }, undefined],
  ['without a scheme', 'https://m.corp', { https_proxy: 'p.corp:8080' }, 'p.corp:8080'],
  ['without a port', 'https://m.corp', { https_proxy: 'http://p.corp' }, 'p.corp:80'],
  ['an IPv6 proxy', 'https://m.corp', { https_proxy: 'http://[fd00::1]:3128' }, '[fd00::1]:3128'],
  ['none', 'https://m.corp', {}, undefined],
])('%s', (_title, url, variables, name) => {
  expect(nameOf(url, variables)).toBe(name);
});

test.each(['http://localhost:1', 'http://a.localhost', 'http://127.0.0.1', 'http://127.8.0.1', 'http://[::1]:7480', 'unix:///run/a.sock'])(
  '%s never goes through a proxy',
  (url) => {
    expect(nameOf(url, { all_proxy: 'http://p:1', http_proxy: 'http://p:1' })).toBeUndefined();
  },
);

test.each([
  ['*', 'https://m.corp', true],
  ['m.corp', 'https://m.corp', true],
  ['M.Corp', 'https://m.corp', true],
  ['corp', 'https://m.corp', true],
  ['.corp', 'https://m.corp', true],
  ['*.corp', 'https://m.corp', true],
  ['orp', 'https://m.corp', false],
  ['other, m.corp', 'https://m.corp', true],
  ['m.corp:7480', 'https://m.corp:7480', true],
  ['m.corp:7481', 'https://m.corp:7480', false],
  ['m.corp:443', 'https://m.corp', true],
  ['10.0.0.0/8', 'https://10.2.3.4:7480', true],
  ['10.0.0.0/8', 'https://11.2.3.4:7480', false],
  ['10.0.0.0/99', 'https://10.2.3.4:7480', false],
  ['10.2.3.4', 'https://10.2.3.4:7480', true],
  ['3.4', 'https://10.2.3.4:7480', false],
  ['fd00::/8', 'https://[fd00::5]:7480', true],
  ['fd00::5', 'https://[fd00::5]:7480', true],
  ['[fd00::5]:7480', 'https://[fd00::5]:7480', true],
  ['[fd00::5]:1', 'https://[fd00::5]:7480', false],
  ['', 'https://m.corp', false],
])('NO_PROXY=%j and %s: %s', (list, url, exempt) => {
  expect(nameOf(url, { ...proxied, NO_PROXY: list }) === undefined).toBe(exempt);
});

test('credentials are kept apart from the name', () => {
  expect(findProxy(new URL('https://m.corp'), { https_proxy: 'http://alice:p%40ss@p:3128' })).toEqual({
    host: 'p',
    port: 3128,
    credentials: 'alice:p@ss',
    name: 'p:3128',
  });
});

test.each(['https://u:secret@p:1', 'socks5://u:secret@p:1', 'http://u:secret@:99999', 'http://u:100%secret@p:1', 'http://%:secret@p:1'])(
  '%s is refused, and not shown',
  (text) => {
    let error: unknown;
    try {
      findProxy(new URL('https://m.corp'), { HTTPS_PROXY: text });
    } catch (reason) {
      error = reason;
    }
    expect(error).toMatchObject({ code: 'bad_usage', message: expect.stringContaining('HTTPS_PROXY') });
    expect(inspect(error)).not.toContain('secret');
  },
);
