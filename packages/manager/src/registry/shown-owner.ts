/** The protocol's bound of an owner's name; user names of the API server may be longer. */
const shownCharacters = 128;

/** `owner` as the protocol carries it and people see it. */
export function toShownOwner(owner: string): string {
  return owner.slice(0, shownCharacters).replace(/\p{C}/gu, ' ');
}
