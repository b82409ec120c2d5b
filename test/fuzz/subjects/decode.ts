import { InterceptError } from '@switchyard/contract';
import { decoders, type Decoder } from '../decoders.ts';
import type { FuzzCase } from '../case.ts';
import type { Verdict } from '../subject.ts';

/** A decoder that needs longer for what a peer may send at once stalls everybody else. */
const mostMs = 250;
const control = /\p{Cc}/u;

/** Gives the bytes to the decoder that the first of them chooses. */
export function decode(input: FuzzCase): Verdict {
  return decodeWith(Object.values(decoders), input);
}

/** As `decode`, of these. */
export function decodeWith(all: readonly Decoder[], { bytes }: FuzzCase): Verdict {
  const decoder = all[(bytes[0] ?? 0) % all.length];
  if (decoder === undefined) throw new RangeError('There is no decoder.');
  const begin = performance.now();
  const outcome = run(decoder, bytes.subarray(1));
  if (outcome.t === 'threw') return { forwarded: false, why: `it threw ${outcome.what}` };
  if (performance.now() - begin > mostMs) return { forwarded: false, why: `it took more than ${mostMs} ms` };
  if (outcome.t === 'refused') return { forwarded: false, why: undefined };
  const odd = decoder.isShown ? findControl(outcome.value) : undefined;
  return { forwarded: true, why: odd === undefined ? undefined : `a terminal acts on its text ${JSON.stringify(odd)}` };
}

type Outcome = { readonly t: 'read'; readonly value: unknown } | { readonly t: 'refused' } | { readonly t: 'threw'; readonly what: string };

function run({ decode: read }: Decoder, bytes: Buffer): Outcome {
  try {
    return { t: 'read', value: read(bytes) };
  } catch (reason) {
    if (reason instanceof InterceptError && reason.code !== 'internal') return { t: 'refused' };
    return { t: 'threw', what: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason) };
  }
}

/** The first text in `value` that has a control character. */
function findControl(value: unknown): string | undefined {
  if (typeof value === 'string') return control.test(value) ? value : undefined;
  if (value instanceof Error) return findControl([value.message, value instanceof InterceptError ? value.hint : undefined]);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date) return undefined;
  for (const part of Object.values(value)) {
    const found = findControl(part);
    if (found !== undefined) return found;
  }
  return undefined;
}
