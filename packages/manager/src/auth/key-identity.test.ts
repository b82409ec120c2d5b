import type { Hello } from '@switchyard/tunnel';
import { expect, test } from 'vitest';
import { createKeyIdentity } from './key-identity.ts';

const hello: Hello = {
  instance: '0123456789abcdef',
  owner: 'mallory',
  client: 'laptop',
  token: undefined,
  publicKey: 'key-of-alice',
  version: 1,
};

test('the owner is whose object has the key, whatever the agent says, as soon as there is one', () => {
  const owners = new Map<string, string>();
  const identity = createKeyIdentity((publicKey) => owners.get(publicKey))(hello);
  expect(identity.owner).toBe('(no intercept)');
  owners.set('key-of-alice', 'alice@example.com');
  expect(identity.owner).toBe('alice@example.com');
});

test('an agent that proves no key is nobody', () => {
  const identify = createKeyIdentity(() => 'alice');
  expect(() => identify({ ...hello, publicKey: undefined })).toThrow(expect.objectContaining({ code: 'not_signed_in' }));
});
