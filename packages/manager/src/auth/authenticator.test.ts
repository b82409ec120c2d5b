import { expect, test } from 'vitest';
import { createAuthenticator } from './authenticator.ts';
import { hashToken } from './token-hash.ts';

test('a hash is the one that everybody computes', () => {
  // printf abc | sha256sum
  expect(hashToken('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('mode none believes the claimed name, when it is a label', () => {
  const authenticate = createAuthenticator({ mode: 'none' });
  expect(authenticate({ owner: 'alice', token: undefined })).toBe('alice');
  expect(() => authenticate({ owner: 'Alice Smith', token: undefined })).toThrow('"Alice Smith" cannot be the name of an owner');
  expect(() => authenticate({ owner: '', token: undefined })).toThrow('cannot be the name of an owner');
});

test('in mode token the token decides, whatever name is claimed', () => {
  const authenticate = createAuthenticator({
    mode: 'token',
    users: [
      { name: 'alice', token: hashToken('old') },
      { name: 'bob', token: hashToken('b') },
      { name: 'alice', token: hashToken('new') },
    ],
  });
  expect(authenticate({ owner: 'bob', token: 'old' })).toBe('alice');
  expect(authenticate({ owner: 'bob', token: 'new' })).toBe('alice');
  expect(authenticate({ owner: 'Any Body', token: 'b' })).toBe('bob');
});

test.for([[undefined], [''], ['wrong'], [hashToken('b')]])('token %j is not signed in', ([token]) => {
  const authenticate = createAuthenticator({ mode: 'token', users: [{ name: 'bob', token: hashToken('b') }] });
  expect(() => authenticate({ owner: 'bob', token })).toThrow(expect.objectContaining({ code: 'not_signed_in' }));
});
