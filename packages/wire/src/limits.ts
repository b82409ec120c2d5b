import type { LimitTable } from '@switchyard/contract';

/** The bounds of messages, which both ends check. */
export const wireLimits: LimitTable<
  | 'dataBytes'
  | 'nameCharacters'
  | 'tokenCharacters'
  | 'failureCharacters'
  | 'eventIdCharacters'
  | 'shownNameCharacters'
  | 'shownTextCharacters'
  | 'matchBytes'
  | 'sharedWith'
  | 'questionHeaders'
  | 'questionBytes'
> = {
  dataBytes: { value: 64 * 1024, unit: 'bytes', about: 'Data in one frame of a pipe; more goes into several frames.' },
  nameCharacters: {
    value: 128,
    unit: 'count',
    about: "Characters of an owner's name and of a machine's; longer ones are refused with `bad_usage`.",
  },
  tokenCharacters: {
    value: 8192,
    unit: 'count',
    about: 'Characters of a token that an agent sends; a longer one is refused with `bad_usage`.',
  },
  failureCharacters: {
    value: 1024,
    unit: 'count',
    about: "Characters of a failure's message and of its hint that go to the other end; the rest is cut.",
  },
  eventIdCharacters: {
    value: 64,
    unit: 'count',
    about: 'Characters of the id of an event after which a reader goes on; a longer one is refused with `bad_usage`.',
  },
  shownNameCharacters: {
    value: 256,
    unit: 'count',
    about: 'Characters of each name, address or note in a list or an event that are read; the rest is cut.',
  },
  shownTextCharacters: {
    value: 1024,
    unit: 'count',
    about: "Characters of an event's message, and of each text of an explanation, that are read; the rest is cut.",
  },
  matchBytes: {
    value: 8192,
    unit: 'bytes',
    about: 'What an intercept matches, as a message; a longer one is refused with `bad_usage`.',
  },
  sharedWith: { value: 16, unit: 'count', about: 'Owners that a key is shared with by name; more are refused with `bad_usage`.' },
  questionHeaders: {
    value: 128,
    unit: 'count',
    about: 'Header lines of a request that is to be explained; more are refused with `bad_usage`.',
  },
  questionBytes: {
    value: 32 * 1024,
    unit: 'bytes',
    about: 'Text of a request that is to be explained: its target and header; more is refused with `bad_usage`.',
  },
};
