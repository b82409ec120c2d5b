/** A text of a note is shown up to this many characters. */
const shownLength = 256;

/**
 * The texts of a note that a program wrote as JSON and anybody may have written otherwise: a field that is no text is as one that is not
 * there, and none has what a terminal or a log would act on.
 */
export function readNote(text: string): Readonly<Record<string, string>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
      const shown =
        typeof field === 'string'
          ? field
              .slice(0, shownLength)
              .replaceAll(/\p{C}+/gu, ' ')
              .trim()
          : '';
      return shown === '' ? [] : [[name, shown]];
    }),
  );
}
