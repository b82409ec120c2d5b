import type { Code } from '@switchyard/contract';

/** Why a message was refused. Framing errors are values: the parser stops, the caller answers and closes. */
export interface Refusal {
  readonly code: Extract<Code, 'protocol_violation' | 'upstream_violation' | 'head_too_large' | 'method_refused'>;
  /** One sentence, safe to show to the peer; holds no byte of the message. */
  readonly message: string;
}

/** What a resumable parser says after a piece of input. */
export type Progress =
  /** All input is used and the message part is not complete. */
  | 'more'
  /** The message part is complete; `position` stands behind it. */
  | 'done'
  /** The input has no single meaning; `refusal` says why. Parse no further. */
  | 'refused';
