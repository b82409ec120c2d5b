/** How a reader of HTTP/1.1 deviates from RFC 9112: each choice is one that servers in the field have made. */
export interface Habits {
  /** What ends a line: CR LF alone; a bare LF too; a bare CR too. */
  readonly lineEnd: 'CR LF' | 'LF' | 'CR';
  /** What is taken off around names, values and sizes: SP and HTAB; or all that other languages call white space. */
  readonly space: 'SP HTAB' | 'wide';
  /** A line that begins with white space: refused; a part of the value before it; a field of its own. */
  readonly folded: 'refused' | 'joined' | 'own line';
  /** What is no token as a field name: refused; taken when it is one without the white space around it; taken as it is. */
  readonly name: 'token' | 'trimmed' | 'any';
  /** Control characters in values: refused; kept; a NUL ends the value, as in C. */
  readonly value: 'visible' | 'any' | 'until NUL';
  /** Which Content-Length counts of several. */
  readonly lengths: 'one only' | 'first' | 'last';
  /** How numbers are read: digits alone; as `strtol` does, which takes a sign and stops at what is none; within 32 bits. */
  readonly numbers: 'digits' | 'prefix' | '32 bits';
  /** Which Transfer-Encoding is chunked. */
  readonly coding: 'exactly chunked' | 'ends in chunked' | 'mentions chunked';
  /** Which counts of Content-Length and Transfer-Encoding. */
  readonly both: 'refused' | 'length' | 'coding';
  /** Whether HTTP/1.0 knows chunks. */
  readonly oldChunks: 'refused' | 'read' | 'unknown';
  /** What may stand behind a chunk's size. */
  readonly extension: 'grammar' | 'anything' | 'quotes span lines';
  /** What ends a chunk's data: CR LF; any two bytes; CR LF or nothing. */
  readonly chunkEnd: 'CR LF' | 'two bytes' | 'optional';
  /** Whether an interim response and a 204 have a body: it is refused when they say that they have one; never; they have what they say. */
  readonly empty: 'refused' | 'never' | 'as said';
}

/** As RFC 9112 has it, refusing wherever it lets a reader choose. */
export const plainHabits: Habits = {
  lineEnd: 'CR LF',
  space: 'SP HTAB',
  folded: 'refused',
  name: 'token',
  value: 'visible',
  lengths: 'one only',
  numbers: 'digits',
  coding: 'exactly chunked',
  both: 'refused',
  oldChunks: 'refused',
  extension: 'grammar',
  chunkEnd: 'CR LF',
  empty: 'refused',
};

/** Servers of many minds, by what is odd about them. What a router lets through must mean the same to all of them. */
export const oddServers: Readonly<Record<string, Habits>> = {
  'LF ends a line': { ...plainHabits, lineEnd: 'LF', value: 'any', extension: 'anything' },
  'CR ends a line': { ...plainHabits, lineEnd: 'CR', value: 'any', extension: 'anything' },
  'every space is one': { ...plainHabits, space: 'wide', name: 'trimmed', value: 'any', extension: 'anything' },
  'folded lines are joined': { ...plainHabits, folded: 'joined', name: 'trimmed' },
  'folded lines are fields': { ...plainHabits, folded: 'own line', name: 'trimmed' },
  'names are anything': { ...plainHabits, name: 'any', value: 'any' },
  'strings of C': { ...plainHabits, value: 'until NUL', numbers: 'prefix', name: 'trimmed', extension: 'anything' },
  'numbers of 32 bits': { ...plainHabits, numbers: '32 bits' },
  'the first length': { ...plainHabits, lengths: 'first', numbers: 'prefix', both: 'length' },
  'the last length': { ...plainHabits, lengths: 'last', both: 'length' },
  'any coding is chunked': { ...plainHabits, coding: 'mentions chunked', both: 'coding', oldChunks: 'read' },
  'the last coding counts': { ...plainHabits, coding: 'ends in chunked', both: 'coding', oldChunks: 'unknown' },
  'extensions are anything': { ...plainHabits, extension: 'anything', space: 'wide' },
  'quotes span lines': { ...plainHabits, extension: 'quotes span lines' },
  'a 204 has no body': { ...plainHabits, empty: 'never' },
  'a 204 has the body that it names': { ...plainHabits, empty: 'as said' },
  'chunks end in two bytes': { ...plainHabits, chunkEnd: 'two bytes' },
  'chunks need no end': { ...plainHabits, chunkEnd: 'optional', extension: 'anything' },
};
