import { formatDuration } from '@switchyard/config';

/** A duration for people: to the second under a minute, to the minute above. */
export function formatCoarse(durationMs: number): string {
  const unitMs = durationMs < 60_000 ? 1_000 : 60_000;
  return formatDuration(Math.max(0, Math.round(durationMs / unitMs) * unitMs));
}

/** A time of day for people, to the second: `14:03:07`. */
export function formatTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
