import type { HeaderList } from './header-field.ts';
import { staticTable } from './hpack-static-table.ts';

const staticIndex: ReadonlyMap<string, number> = new Map(staticTable.map(([name, value], at) => [`${name}\n${value}`, at + 1]));

/**
 * A header block (RFC 7541) that needs no state: a field of the static table by its index, every other as it stands, never to be indexed. A
 * pipe has one head, so that compressing it gains nothing.
 */
export function encodeHeaders(headers: HeaderList): Buffer {
  return Buffer.concat(
    headers.map(([name, value]) => {
      const index = staticIndex.get(`${name}\n${value}`);
      return index === undefined ? Buffer.concat([Buffer.of(0x10), encodeText(name), encodeText(value)]) : Buffer.of(0x80 | index);
    }),
  );
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([encodeInteger(bytes.length, 7), bytes]);
}

function encodeInteger(value: number, prefixBits: number): Buffer {
  const most = (1 << prefixBits) - 1;
  if (value < most) return Buffer.of(value);
  const bytes = [most];
  let rest = value - most;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
