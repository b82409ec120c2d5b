import type { Hello } from '@switchyard/tunnel';
import { expect, test } from 'vitest';
import { createKeyIdentity, type KeyOwner } from './key-identity.ts';

const hello: Hello = {
  instance: '0123456789abcdef',
  owner: 'mallory',
  client: 'laptop',
  token: undefined,
  publicKey: 'key-of-alice',
  version: 1,
};

test('the owner is whose object has the key, whatever the agent says, as soon as there is one', () => {
  const owners = new Map<string, readonly KeyOwner[]>();
  const identity = createKeyIdentity((publicKey) => owners.get(publicKey) ?? [])(hello);
  expect([identity.owner, identity.isStranger]).toEqual(['(no intercept)', true]);
  owners.set('key-of-alice', [{ owner: 'alice@example.com', groups: ['dev'] }]);
  expect([identity.owner, identity.isStranger, identity.groups]).toEqual(['alice@example.com', false, ['dev']]);
});

test('whoever copies the key of another into an older object of theirs does not become the owner of the other’s sessions', () => {
  const owner = `alice@example.com ${'x'.repeat(200)}`;
  const identify = createKeyIdentity(() => [
    { owner: 'mallory', groups: ['strangers'] },
    { owner, groups: ['dev'] },
  ]);
  expect(identify({ ...hello, owner: owner.slice(0, 128) })).toMatchObject({ owner, groups: ['dev'] });
  expect(identify({ ...hello, owner: 'carol' }).owner).toBe('mallory');
});

test('an agent that proves no key is nobody', () => {
  const identify = createKeyIdentity(() => [{ owner: 'alice' }]);
  expect(() => identify({ ...hello, publicKey: undefined })).toThrow(expect.objectContaining({ code: 'not_signed_in' }));
});

test('who proved by a token who they are is that, with the groups of the token, whoever has the key', () => {
  const user = { user: 'bob@example.com', groups: ['ci'], expiresAt: new Date(0) };
  const identify = createKeyIdentity(
    () => [{ owner: 'alice@example.com', groups: ['dev'] }],
    () => user,
  );
  expect(identify(hello)).toEqual({ owner: 'bob@example.com', groups: ['ci'], user });
});
