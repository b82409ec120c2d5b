import { InterceptError } from '@switchyard/contract';

/** An error as log fields, its causes inside. */
export interface ErrorFields {
  readonly code?: string;
  readonly message: string;
  /** Only where it helps to find a fault of ours. */
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

/** A chain of causes that goes on longer than this ends here (it may be circular). */
const deepestCause = 8;

/** `error` and its causes as fields. Stacks only for what nobody expected: anything but an `InterceptError` of a known fault. */
export function toErrorFields(error: unknown): ErrorFields {
  const [first, ...rest] = toChain(error).toReversed();
  return rest.reduce<ErrorFields>((cause, reason) => ({ ...toOwnFields(reason), cause }), toOwnFields(first));
}

/** `error` and its causes on one line: `[code] message: cause: its cause`. */
export function toErrorText(error: unknown): string {
  const texts = toChain(error).map((reason) => {
    const { code, message } = toOwnFields(reason);
    return code === undefined || message.includes(code) ? message : `[${code}] ${message}`;
  });
  return texts.join(': ');
}

function toChain(error: unknown): readonly unknown[] {
  const chain = [error];
  for (let next = toCause(error); next !== undefined && chain.length < deepestCause; next = toCause(next)) chain.push(next);
  return chain;
}

function toCause(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function toOwnFields(error: unknown): ErrorFields {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const expected = error instanceof InterceptError && error.code !== 'internal';
  return {
    ...(code === undefined ? {} : { code }),
    message: error.message,
    ...(expected || error.stack === undefined ? {} : { stack: error.stack }),
  };
}
