import { parseStrictRequest } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { get, ok, Play, post, servedBy } from './play.ts';

const key = fc.constantFrom(undefined, undefined, 'alice', 'bob', 'nobody');

/** One request as sent; what its target says of it is its path. */
const request = fc
  .tuple(key, fc.constantFrom('get', 'head', 'post', 'chunked', 'last'), fc.nat({ max: 2000 }))
  .map(([who, kind, bytes]) => ({ who, kind, text: toText(who, kind, bytes) }));

function toText(who: string | undefined, kind: string, bytes: number): string {
  switch (kind) {
    case 'head':
      return get('/', who).replace('GET', 'HEAD');
    case 'post':
      return post('/', bytes, who) + '\r'.repeat(bytes);
    case 'chunked':
      return `${post('/', 0, who).replace('Content-Length: 0', 'Transfer-Encoding: chunked')}${bytes.toString(16)}${bytes === 0 ? '' : `;x\r\n${'\n'.repeat(bytes)}\r\n0`}\r\nX-Sum: 1\r\n\r\n`;
    default:
      return get('/', who, kind === 'last' ? 'Expect: 100-continue\r\n' : '');
  }
}

/** Lets every target answer each whole request that it hears, and tells what each one heard in all. */
class Targets {
  readonly heard: string[] = [];
  #pending: Buffer[] = [];

  /** Answers what came; false when nothing did. */
  answer(play: Play): boolean {
    let answered = false;
    for (const [index, end] of play.targets.entries()) {
      const text = end.take();
      this.heard[index] = (this.heard[index] ?? '') + text;
      let bytes = Buffer.concat([this.#pending[index] ?? Buffer.alloc(0), Buffer.from(text, 'latin1')]);
      for (let found = parseStrictRequest(bytes); found !== undefined; found = parseStrictRequest(bytes)) {
        end.send(found.method === 'HEAD' ? ok('') : ok(`${found.body.length} bytes`));
        bytes = bytes.subarray(found.raw.length);
        answered = true;
      }
      this.#pending[index] = bytes;
    }
    return answered;
  }
}

/** What the client hears, and what each target in the order of dialling, when the requests come cut like that. */
async function run(text: string, ends: readonly number[]): Promise<{ readonly client: string; readonly targets: readonly string[] }> {
  const play = await Play.begin();
  const targets = new Targets();
  let from = 0;
  for (const end of [...ends, text.length]) {
    await play.say(text.slice(from, end));
    from = end;
    while (targets.answer(play)) await play.settle();
  }
  return {
    client: play.client.take(),
    targets: [...play.dialled.entries()].map(([index, name]) => `${name}: ${targets.heard[index] ?? ''}`),
  };
}

/** What the client must hear: its target's answer, marked by where it came from. */
function expectedAnswer(kind: string, who: string | undefined, bodyBytes: number): string {
  const body = kind === 'head' ? '' : `${bodyBytes} bytes`;
  if (who === undefined) return ok(body);
  if (who === 'nobody') return ok(body, 'X-Intercept-Status: no-route\r\n');
  const isPost = kind === 'post' || kind === 'chunked';
  return isPost ? servedBy(who, body).replace(/Vary: .*\r\n/, '') : servedBy(who, body);
}

test('every request is answered by its own target, in order, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(), { maxLength: 8 }), async (requests, cuts) => {
      const text = requests.map((one) => one.text).join('');
      const ends = cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b);
      const played = await run(text, ends);
      const expected = requests.map(({ kind, who, text: sent }) => {
        const body = parseStrictRequest(Buffer.from(sent, 'latin1'))?.body.length ?? 0;
        return expectedAnswer(kind, who, body);
      });
      expect(played.client).toBe(expected.join(''));
      const sides = new Map<string, string>();
      for (const { who, text: sent } of requests) {
        const side = who === undefined || who === 'nobody' ? 'baseline' : who;
        sides.set(side, (sides.get(side) ?? `${side}: `) + sent);
      }
      expect(played.targets).toEqual([...sides.values()]);
    }),
    { numRuns: 150 },
  );
});
