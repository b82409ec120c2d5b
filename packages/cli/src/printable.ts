/** `text` that somebody else wrote, for this terminal: without what it would act on. */
export function toPrintable(text: string): string {
  return text.replaceAll(/\p{C}/gu, ' ');
}
