const pattern = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?(?:(\d{1,10})ms)?$/;
const unitsMs = [86_400_000, 3_600_000, 60_000, 1_000, 1] as const;
const unitNames = ['d', 'h', 'm', 's', 'ms'] as const;

/** How a duration is written: the source of a regular expression, for JSON Schemas. */
export const durationPattern: string = pattern.source;

/** `8h`, `90s`, `1h30m`, `250ms` as milliseconds; undefined where `text` is no duration (a bare number is none). */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null || text === '') return undefined;
  return unitsMs.reduce((totalMs, unitMs, index) => totalMs + Number(match[index + 1] ?? 0) * unitMs, 0);
}

/** Milliseconds as `parseDuration` reads them, largest units first: `5400000` is `1h30m`. Fractions are dropped. */
export function formatDuration(durationMs: number): string {
  let restMs = Math.max(0, Math.floor(durationMs));
  if (restMs === 0) return '0s';
  let text = '';
  for (const [index, unitMs] of unitsMs.entries()) {
    const amount = Math.floor(restMs / unitMs);
    if (amount > 0) text += `${amount}${unitNames[index] ?? ''}`;
    restMs -= amount * unitMs;
  }
  return text;
}
