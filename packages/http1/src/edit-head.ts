import { COLON, CR } from './chars.ts';

/** One change of a head. Lines count field lines from 0, as `Field.line` does. */
export type HeadEdit =
  /** Appends a field line. */
  | { readonly t: 'add'; readonly name: string; readonly value: string }
  /** Gives the field of a line another value; its name keeps its spelling. */
  | { readonly t: 'replace'; readonly line: number; readonly value: string }
  | { readonly t: 'drop'; readonly line: number };

/**
 * A copy of a valid head with changes; every other byte stays as it is. Names and values are latin1 and trusted: they may
 * hold no CR, LF or NUL. A head edit never changes message length, so fields of framing are not to be touched here.
 *
 * @param head one whole head, from its first byte to its empty line
 */
export function editHead(head: Buffer, edits: readonly HeadEdit[]): Buffer {
  const changes = new Map<number, string | undefined>();
  let added = '';
  for (const edit of edits) {
    if (edit.t === 'add') added += `${edit.name}: ${edit.value}\r\n`;
    else changes.set(edit.line, edit.t === 'replace' ? edit.value : undefined);
  }
  const end = head.length - 2;
  if (changes.size === 0) return Buffer.concat([head.subarray(0, end), Buffer.from(`${added}\r\n`, 'latin1')]);
  const parts: Buffer[] = [];
  let line = -1;
  for (let start = 0; start < end;) {
    const next = head.indexOf(CR, start) + 2;
    if (!changes.has(line)) parts.push(head.subarray(start, next));
    else {
      const value = changes.get(line);
      if (value !== undefined) parts.push(head.subarray(start, head.indexOf(COLON, start) + 1), Buffer.from(` ${value}\r\n`, 'latin1'));
    }
    start = next;
    line++;
  }
  parts.push(Buffer.from(`${added}\r\n`, 'latin1'));
  return Buffer.concat(parts);
}

/** The field lines of a valid head whose name is `name` (lower case), with their values. */
export function findFields(head: Buffer, name: string): { readonly line: number; readonly value: string }[] {
  const found: { line: number; value: string }[] = [];
  const lines = head.toString('latin1', 0, head.length - 4).split('\r\n');
  for (let line = 1; line < lines.length; line++) {
    const text = lines[line] ?? '';
    const colon = text.indexOf(':');
    if (text.slice(0, colon).toLowerCase() === name)
      found.push({ line: line - 1, value: text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '') });
  }
  return found;
}
