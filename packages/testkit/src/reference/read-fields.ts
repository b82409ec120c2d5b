import { partial, readLine, ReadError, trim } from './cursor.ts';
import type { Habits } from './habits.ts';

/** A field: its name in lower case, its value without the white space around it. */
export type ReadField = readonly [name: string, value: string];

/** Field lines up to their empty line. */
export interface ReadFields {
  readonly fields: readonly ReadField[];
  /** Behind the empty line. */
  readonly end: number;
}

/** Reads field lines from `at` on. Throws `ReadError`. */
export function readFields(text: string, at: number, habits: Habits): ReadFields | typeof partial {
  const fields: ReadField[] = [];
  for (let next = at; ;) {
    const line = readLine(text, next, habits);
    if (line === partial) return partial;
    next = line.next;
    if (line.text === '') return { fields, end: next };
    addLine(fields, line.text, habits);
  }
}

function addLine(fields: ReadField[], line: string, habits: Habits): void {
  if (/^[ \t]/.test(line) && habits.folded !== 'own line') {
    const last = fields.pop();
    if (habits.folded === 'refused' || last === undefined) throw new ReadError(`a line is folded: ${JSON.stringify(line)}`);
    fields.push([last[0], trim(`${last[1]} ${toValue(line, habits)}`, habits)]);
    return;
  }
  const colon = line.indexOf(':');
  if (colon < 0) throw new ReadError(`a line has no colon: ${JSON.stringify(line)}`);
  fields.push([toName(line.slice(0, colon), habits), toValue(line.slice(colon + 1), habits)]);
}

function toName(text: string, habits: Habits): string {
  const name = habits.name === 'token' ? text : trim(text, habits);
  if (habits.name !== 'any' && !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))
    throw new ReadError(`this is no name: ${JSON.stringify(text)}`);
  return name.toLowerCase();
}

function toValue(text: string, habits: Habits): string {
  if (habits.value === 'until NUL') return trim(text.replace(/\0.*/s, ''), habits);
  if (habits.value === 'visible' && /[^\t\x20-\x7e\x80-\xff]/.test(text))
    throw new ReadError(`a value holds a control character: ${JSON.stringify(text)}`);
  return trim(text, habits);
}

/** The values of the fields called `name` (lower case), in order. */
export function valuesOf(fields: readonly ReadField[], name: string): string[] {
  return fields.filter((field) => field[0] === name).map((field) => field[1]);
}
