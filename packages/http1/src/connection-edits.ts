import { findFields, type HeadEdit } from './edit-head.ts';

/** The members of a list. White space is SP and HTAB alone: `trim()` would make a token out of what the framer took for none. */
function listOf(value: string): string[] {
  return value
    .split(',')
    .map((token) => token.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((token) => token !== '');
}

/** Takes the tokens for which `isDropped` holds out of every field line called `name`; a line that is left empty goes. */
function dropTokens(head: Buffer, name: string, isDropped: (token: string) => boolean): HeadEdit[] {
  const edits: HeadEdit[] = [];
  for (const { line, value } of findFields(head, name)) {
    const tokens = listOf(value);
    const kept = tokens.filter((token) => !isDropped(token.toLowerCase()));
    if (kept.length === 0) edits.push({ t: 'drop', line });
    else if (kept.length < tokens.length) edits.push({ t: 'replace', line, value: kept.join(', ') });
  }
  return edits;
}

/** What is to be taken out of a request's connection fields. */
export interface ConnectionHygiene {
  /** The request's Upgrade in lower case when it offers `h2c`, else undefined. */
  readonly h2cUpgrade: string | undefined;
  /** Names in lower case that may not be nominated by Connection. */
  readonly keptNames: ReadonlySet<string>;
}

/**
 * Edits a request whose connection fields would get round the routing decision.
 *
 * An `Upgrade: h2c` goes (RFC 7540 section 3.2: the server would speak HTTP/2 from there on); other offered protocols stay.
 * A routing field that Connection nominates would be dropped by the next hop, so its name goes from Connection.
 */
export function planConnectionHygiene(head: Buffer, hygiene: ConnectionHygiene): HeadEdit[] {
  const { h2cUpgrade, keptNames } = hygiene;
  if (h2cUpgrade === undefined) return dropTokens(head, 'connection', (token) => keptNames.has(token));
  const onlyH2c = listOf(h2cUpgrade).every((token) => token === 'h2c');
  const isDropped = (token: string): boolean => keptNames.has(token) || token === 'http2-settings' || (onlyH2c && token === 'upgrade');
  return [
    ...dropTokens(head, 'upgrade', (token) => token === 'h2c'),
    ...dropFields(head, 'http2-settings'),
    ...dropTokens(head, 'connection', isDropped),
  ];
}

/** Makes a response announce the end of the connection. */
export function planConnectionClose(head: Buffer): HeadEdit[] {
  return [...dropFields(head, 'connection'), ...dropFields(head, 'keep-alive'), { t: 'add', name: 'Connection', value: 'close' }];
}

function dropFields(head: Buffer, name: string): HeadEdit[] {
  return findFields(head, name).map(({ line }) => ({ t: 'drop', line }));
}
