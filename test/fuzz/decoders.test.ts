import { InterceptError, parseRoutingKey, parseServiceName } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { decoders, type Decoder } from './decoders.ts';
import { fuzz, type FuzzSummary } from './fuzz.ts';
import { drawMessage } from './inputs/messages.ts';
import { decode, decodeWith } from './subjects/decode.ts';

/** `pnpm fuzz` has more of them. */
const cases = 20_000;

async function run(subject: typeof decode): Promise<FuzzSummary> {
  const subjects = { decoders: async (input: Parameters<typeof decode>[0]) => subject(input) };
  return await fuzz({ subjects, firstSeed: 1, draw: drawMessage, mayGoOn: (done) => done < cases, findingsMax: 1 });
}

test.each(Object.entries(decoders))('%s understands its own examples', (_name, { decode: read, seeds }) => {
  for (const seed of seeds) expect(() => read(seed)).not.toThrow();
});

test(`${cases} messages: each is understood or refused, and no text of a stranger moves a terminal`, { timeout: 60_000 }, async () => {
  const { findings, forwarded } = await run(decode);
  expect(findings.map(({ seed, why }) => [seed, why])).toEqual([]);
  expect(forwarded).toBeGreaterThan(cases / 20);
});

test('what is refused as the name of a service or a key is shown so that it moves no terminal', () => {
  for (const parse of [parseServiceName, parseRoutingKey]) {
    expect(() => parse(`\u001B[2J\u0007${'x'.repeat(1000)}`)).toThrow(/^" \[2J x{70,80}" is not a/);
  }
});

/** Decoders with one fault each. */
const faults: Readonly<Record<string, (decoder: Decoder) => Decoder['decode']>> = {
  'fails as a program does': (decoder) => (bytes) => {
    if (bytes.length < 8) throw new TypeError('undefined is not a function');
    return decoder.decode(bytes);
  },
  'believes the texts of strangers': () => (bytes) => {
    if (bytes.includes(0x1b)) return { text: bytes.toString('latin1') };
    throw new InterceptError('bad_usage', 'No.');
  },
};

test.each(Object.entries(faults))('a decoder that %s is found', { timeout: 60_000 }, async (_fault, toDecode) => {
  const odd = Object.values(decoders).map((decoder) => ({ ...decoder, isShown: true, decode: toDecode(decoder) }));
  expect((await run((input) => decodeWith(odd, input))).findings).toHaveLength(1);
});
