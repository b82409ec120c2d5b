/**
 * How many bits the code of each byte has, and of the end of a string (RFC 7541, appendix B): one digit of base 36 each. The code is
 * canonical: ordered by length and then by value, so that the lengths say all.
 */
const lengths =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq' +
  'u';

const endOfString = 256;
const longest = 30;

/** Of each length: its first code, how many there are, and where their symbols begin in `symbols`. */
interface LengthClass {
  readonly firstCode: number;
  readonly count: number;
  readonly firstSymbol: number;
}

const { classes, symbols } = createTables();

function createTables(): { readonly classes: readonly LengthClass[]; readonly symbols: readonly number[] } {
  const symbolsOf = Array.from({ length: longest + 1 }, (): number[] => []);
  for (let symbol = 0; symbol < lengths.length; symbol++) symbolsOf[Number.parseInt(lengths.charAt(symbol), 36)]?.push(symbol);
  const found: LengthClass[] = [];
  let code = 0;
  let firstSymbol = 0;
  for (const { length: count } of symbolsOf) {
    code *= 2;
    found.push({ firstCode: code, count, firstSymbol });
    code += count;
    firstSymbol += count;
  }
  return { classes: found, symbols: symbolsOf.flat() };
}

/**
 * Decodes a Huffman-coded string (RFC 7541, section 5.2); undefined where it is none. Bit by bit: only the few heads of streams come here.
 */
export function decodeHuffman(bytes: Buffer): string | undefined {
  // A code has 5 bits at least.
  const text = Buffer.alloc(Math.floor((bytes.length * 8) / 5));
  let written = 0;
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >>> bit) & 1);
      const found = classes[++length];
      if (found === undefined) return undefined;
      const index = code - found.firstCode;
      if (index >= found.count) continue;
      const symbol = symbols[found.firstSymbol + index];
      if (symbol === undefined || symbol === endOfString) return undefined;
      text[written++] = symbol;
      code = 0;
      length = 0;
    }
  }
  // What is left is padding: the first bits of the end of string, all of them ones.
  return length < 8 && code === 2 ** length - 1 ? text.toString('latin1', 0, written) : undefined;
}
