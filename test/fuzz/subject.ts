import type { FuzzCase } from './case.ts';

/** A message as the one under test takes it. */
export interface Taken {
  /** Method and target of a request, status of a response. */
  readonly startLine: string;
  /** Behind its last byte in the forwarded stream, or behind all that was forwarded of it. */
  readonly end: number;
  readonly whole: boolean;
  /** The values of the fields that route, in order, as `name: value`. */
  readonly routing: readonly string[];
}

/** What the one under test sent on over one connection. */
export interface Forwarded {
  /** Who it went to. */
  readonly side: string;
  /** The key that chose this side, or that none of the live ones did; undefined where no decision was taken. */
  readonly chosenBy?: 'alice' | 'bob' | 'none';
  readonly stream: Buffer;
  /** What it takes the stream for; undefined where it does not tell. */
  readonly taken: readonly Taken[] | undefined;
  /** The methods that the responses in the stream answer. */
  readonly methods: readonly string[];
  /** The connection ended in order behind the stream. */
  readonly ended: boolean;
}

/** What came of one case. */
export interface Verdict {
  /** Something went on, or was served. */
  readonly forwarded: boolean;
  /** What is wrong with it, in one sentence. */
  readonly why: string | undefined;
}

/** What the fuzzer tests: something that forwards HTTP/1.1, and is judged by that (empty: all was refused), or what knows how to judge itself. */
export type Subject = (input: FuzzCase) => readonly Forwarded[] | Promise<readonly Forwarded[] | Verdict>;
