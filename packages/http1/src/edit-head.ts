import { CR } from './chars.ts';

/** One change of a head. Lines count field lines from 0, as `Field.line` does. */
export type HeadEdit =
  /** Appends a field line. */
  | { readonly t: 'add'; readonly name: string; readonly value: string }
  /** Gives the field of a line another value; its name keeps its spelling. */
  | { readonly t: 'replace'; readonly line: number; readonly value: string }
  | { readonly t: 'drop'; readonly line: number }
  /** Gives the request-target another query; empty takes the `?` away too. Only for a request-target that has one. */
  | { readonly t: 'query'; readonly value: string };

/**
 * A copy of a valid head with changes; every other byte stays as it is. Names and values are latin1 and trusted: they may
 * hold no CR, LF or NUL. A head edit never changes message length, so fields of framing are not to be touched here.
 *
 * @param head one whole head, from its first byte to its empty line
 */
export function editHead(head: Buffer, edits: readonly HeadEdit[]): Buffer {
  const changes = new Map<number, HeadEdit>();
  let added = '';
  for (const edit of edits) {
    if (edit.t === 'add') added += `${edit.name}: ${edit.value}\r\n`;
    else changes.set(edit.t === 'query' ? startLine : edit.line, edit);
  }
  const end = head.length - 2;
  const tail = `${added}\r\n`;
  if (changes.size === 0) return append(head, end, tail);
  const parts: Buffer[] = [];
  for (let start = 0, line = startLine; start < end; line++) {
    const next = head.indexOf(CR, start) + 2;
    const edit = changes.get(line);
    parts.push(
      edit === undefined ? head.subarray(start, next) : Buffer.from(editLine(head.toString('latin1', start, next), edit), 'latin1'),
    );
    start = next;
  }
  return Buffer.concat([...parts, Buffer.from(tail, 'latin1')]);
}

/** A copy of `head[0..end)` with `tail` behind it. */
function append(head: Buffer, end: number, tail: string): Buffer {
  const edited = Buffer.allocUnsafe(end + tail.length);
  head.copy(edited, 0, 0, end);
  edited.write(tail, end, 'latin1');
  return edited;
}

/** Where the start line stands when field lines count from 0. */
const startLine = -1;

/** @param line one line with its CR LF */
function editLine(line: string, edit: HeadEdit): string {
  switch (edit.t) {
    case 'replace':
      return `${line.slice(0, line.indexOf(':') + 1)} ${edit.value}\r\n`;
    case 'query':
      return line.replace(/\?[^ ]*/, () => (edit.value === '' ? '' : `?${edit.value}`));
    case 'drop':
    case 'add':
      return '';
  }
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
