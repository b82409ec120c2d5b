import { createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';

/** The key pair by which an agent proves that it is the one that its Intercept objects name. Lives in memory alone. */
export interface AgentKeyPair {
  /** Base64 of the 32 bytes of the Ed25519 public key: what the objects carry. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** A new Ed25519 key pair. */
export function createAgentKey(): AgentKeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return { publicKey: Buffer.from(x, 'base64url').toString('base64'), privateKey };
}

/** What the challenge is, and for whom. */
export interface ProofTerms {
  /** 32 bytes. */
  readonly nonce: Uint8Array;
  /** The instance of the hello: printable ASCII. */
  readonly instance: string;
}

/** Answers a challenge: the signature, 64 bytes. */
export function signProof({ privateKey }: AgentKeyPair, terms: ProofTerms): Buffer {
  return sign(null, toSignedBytes(terms), privateKey);
}

/** Whether `signature` is the one of `terms` by the holder of `publicKey` (32 bytes). */
export function isProof(publicKey: Uint8Array, terms: ProofTerms, signature: Uint8Array): boolean {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, toSignedBytes(terms), key, signature);
}

function toSignedBytes({ nonce, instance }: ProofTerms): Buffer {
  return Buffer.concat([Buffer.from('switchyard session v1\n'), nonce, Buffer.from(instance)]);
}
