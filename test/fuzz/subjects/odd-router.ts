import { readRequests, readResponses, type Habits } from '@switchyard/testkit';
import { routingOf } from '../routing.ts';
import type { Subject } from '../subject.ts';

/** A router that frames as a server with these habits does: with odd ones, a fault that the fuzzer has to find. */
export function createOddRouter(habits: Habits): Subject {
  return ({ kind, bytes, methods }) => {
    const reading = kind === 'request' ? readRequests(bytes, habits) : readResponses(bytes, { methods, ended: true }, habits);
    const { messages } = reading;
    if (messages.length === 0) return [];
    const taken = messages.map(({ startLine: [first, second], fields, end, whole }) => ({
      startLine: kind === 'request' ? `${first} ${second}` : second,
      end,
      whole,
      routing: kind === 'request' ? routingOf(fields) : [],
    }));
    return [{ side: 'odd', stream: bytes.subarray(0, messages.at(-1)?.end), taken, methods, ended: true }];
  };
}
