import { createHash, timingSafeEqual } from 'node:crypto';

const prefix = 'sha256:';

/**
 * The hash of a token as the configuration holds it: `sha256:` and 64 hexadecimal digits. Tokens are long and random, so a fast hash
 * without salt tells nothing about them.
 */
export function hashToken(token: string): string {
  return prefix + createHash('sha256').update(token).digest('hex');
}

/** Whether two hashes are the same, in a time that does not depend on where they differ. */
export function isSameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
