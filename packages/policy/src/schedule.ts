/** Days of the week as schedules write them, the first of the week first. */
export const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** One of `days`. */
export type Day = (typeof days)[number];

/** When intercepts are allowed, by the clock on the wall of a time zone. */
export interface Schedule {
  /** Whether `at` lies within it. */
  readonly isOpen: (at: Date) => boolean;
  /** For people: `Mon, Tue, 08:00 to 18:00 (Europe/Zurich)`. */
  readonly text: string;
}

/** What a schedule is made of. */
export interface Hours {
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
  readonly days: readonly Day[];
  /** `HH:MM`, the first minute. */
  readonly from: string;
  /** `HH:MM`, the first minute that is out, `24:00` at the latest. Not later than `from`: on the next day. */
  readonly to: string;
}

/**
 * The schedule of `hours`. It goes by the wall clock: an hour that daylight saving skips is not there, one that it repeats counts twice.
 * Throws `RangeError` for a time zone that is none.
 */
export function createSchedule({ timeZone, days: open, from, to }: Hours): Schedule {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const [first, end] = [toMinutes(from), toMinutes(to)];
  const overnight = end <= first;
  const isDay = (index: number): boolean => open.some((day) => days.indexOf(day) === (index + 7) % 7);
  return {
    isOpen(at) {
      const { day, minutes } = readWall(clock, at);
      if (!overnight) return isDay(day) && minutes >= first && minutes < end;
      return (isDay(day) && minutes >= first) || (isDay(day - 1) && minutes < end);
    },
    text: `${open.length === days.length ? 'every day' : open.join(', ')}, ${from} to ${to}${overnight ? ' of the next day' : ''} (${timeZone})`,
  };
}

function readWall(clock: Intl.DateTimeFormat, at: Date): { readonly day: number; readonly minutes: number } {
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = days.findIndex((name) => name === parts.get('weekday'));
  return { day, minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

function toMinutes(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}
