import type { MessageInitShape } from '@bufbuild/protobuf';
import { InterceptError, isCode } from '@switchyard/contract';
import { encodeMessage } from './encode.ts';
import { FailureSchema, type Failure } from './generated/switchyard/types/v1/types_pb.ts';
import { wireLimits } from './limits.ts';
import { toShown } from './text.ts';
import { parseMessage } from './violation.ts';

const textLimit = wireLimits.failureCharacters.value;

/** What a peer may know of an error: never its cause. */
export function toFailure(error: InterceptError): MessageInitShape<typeof FailureSchema> {
  return { code: error.code, message: error.message.slice(0, textLimit), hint: (error.hint ?? '').slice(0, textLimit) };
}

/** A peer's failure as an error. A code of another version becomes `internal` and is named in the message. */
export function fromFailure(failure: Failure | undefined): InterceptError {
  if (failure === undefined) return new InterceptError('internal', 'The other end failed and did not say why.');
  const message = toShown(failure.message, textLimit) || 'The other end failed and did not say why.';
  const options = failure.hint === '' ? {} : { hint: toShown(failure.hint, textLimit) };
  if (isCode(failure.code)) return new InterceptError(failure.code, message, options);
  return new InterceptError('internal', `${message} (${toShown(failure.code, wireLimits.shownNameCharacters.value)})`, options);
}

/** An error as bytes: the value of the trailer `switchyard-failure-bin`. */
export function encodeFailure(error: InterceptError): Buffer {
  return encodeMessage(FailureSchema, toFailure(error));
}

/** The error in a trailer `switchyard-failure-bin`; throws `protocol_violation`. */
export function parseFailure(bytes: Uint8Array): InterceptError {
  return fromFailure(parseMessage(FailureSchema, bytes));
}
