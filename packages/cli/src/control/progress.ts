import { InterceptError, type Code, type Waiting } from '@switchyard/contract';
import type { InterceptReason } from '@switchyard/kube';
import { toPrintable } from '../printable.ts';

/** How far an intercept has come, as its object or the manager says. */
export type Progress =
  /** It will never have effect. */
  | { readonly t: 'refused'; readonly error: InterceptError }
  /** The traffic of its service does not pass through the router; `message` says why, where the manager said so. */
  | { readonly t: 'unrouted'; readonly message: string | undefined }
  /** Somebody has to approve it first; `message` says who wants that, and how it is done. */
  | { readonly t: 'unapproved'; readonly message: string }
  /** It does, since the service was switched; the session is missing. */
  | ({ readonly t: 'routed' } & Switch)
  /** Requests arrive. */
  | ({ readonly t: 'ready' } & Switch);

/** The switch of a service to the router. */
export interface Switch {
  /** When every node knows of it, in the whole seconds that people are shown. */
  readonly since: Date | undefined;
  /** How long after the manager said that the service is routed that is; 0 where it was before. By the manager's clock alone. */
  readonly settlesMs: number;
}

/** Reads what a manager says that keeps requests from an intercept whose session is live. */
export function readWaiting(waiting: Waiting | undefined): Progress {
  if (waiting === undefined) return { t: 'ready', since: undefined, settlesMs: 0 };
  const message = toPrintable(waiting.message);
  if (waiting.accepted) return { t: 'unrouted', message };
  // Somebody else's word may come at any time.
  return waiting.reason === 'ApprovalPending' ? { t: 'unapproved', message } : { t: 'refused', error: toRefused(waiting.reason, message) };
}

interface Refusal {
  readonly code: Code;
  readonly hint?: string;
}

/** Codes of the reasons that are no refusal of the Service itself. */
const known: Partial<Readonly<Record<InterceptReason, Refusal>>> = {
  KeyTaken: { code: 'route_conflict', hint: 'Use another key (--key), or ask its owner to share it with you and then say --join.' },
  MatchInvalid: { code: 'bad_usage', hint: 'Give other conditions.' },
  // What to do depends on the policy, and stands in the message.
  PolicyDenied: { code: 'not_allowed' },
  QuotaReached: { code: 'limit_reached' },
  Protected: { code: 'not_allowed', hint: 'Ask who protects it, or intercept another service.' },
  StandingDown: {
    code: 'service_unsupported',
    hint: 'Wait until it is over, or ask who began it: `intercept admin drain --undo` ends a drain.',
  },
  RightLost: { code: 'not_allowed', hint: 'Ask an administrator of the namespace for the right.' },
  LimitReached: { code: 'limit_reached', hint: 'End others first: `intercept down --all`.' },
  ServiceNotFound: { code: 'service_not_found', hint: 'See `intercept status` for those that there are.' },
  PortNotFound: { code: 'service_not_found', hint: 'See `intercept status` for those that there are.' },
  TargetRefused: { code: 'not_allowed', hint: 'Let the requests come through the tunnel: --lane tunnel.' },
};

const refusals: ReadonlyMap<string, Refusal> = new Map(Object.entries(known));

/** What a reason of a condition means to who asked. */
export function toRefused(reason: string, message: string): InterceptError {
  const { code, hint } = refusals.get(reason) ?? { code: 'service_unsupported' };
  return new InterceptError(code, message, hint === undefined ? {} : { hint });
}
