import type { Address } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { toAddressText } from '../config/manager-config.ts';

/** Why `what` (the beginning of a sentence) cannot listen at `address`: `port_in_use` or `bad_config`; `internal` where it is our fault. */
export function toListenError(cause: unknown, what: string, address: Address): InterceptError {
  const at = `${what} cannot listen at ${toAddressText(address)}`;
  switch (toSystemCode(cause)) {
    case 'EADDRINUSE':
      return new InterceptError('port_in_use', `${at}: another program listens there already.`, {
        cause,
        hint: 'Stop that program, or change the address in the configuration.',
      });
    case 'EACCES':
      return new InterceptError('bad_config', `${at}: this user may not take that port.`, { cause, hint: 'Choose a port above 1023.' });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new InterceptError('bad_config', `${at}: this machine has no such address.`, {
        cause,
        hint: 'Choose an address of this machine.',
      });
    default:
      return new InterceptError('internal', `${at}.`, { cause });
  }
}

/** The code of the system's error at the end of the chain of causes. */
function toSystemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('syscall' in error && 'code' in error && typeof error.code === 'string') return error.code;
  return toSystemCode(error.cause);
}
