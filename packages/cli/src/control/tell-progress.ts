import { formatDuration } from '@switchyard/config';
import { InterceptError, type ServiceName } from '@switchyard/contract';
import { formatTime } from '../coarse.ts';
import type { Output } from '../output.ts';
import type { Steps } from '../steps.ts';
import type { Progress } from './progress.ts';

/** An intercept whose requests do not arrive in time, and how far it has come. */
export interface Late {
  readonly service: ServiceName;
  readonly progress: Progress;
}

/** What to tell after `timeoutMs` in which requests did not arrive: those of `late`, or nobody knows which. */
export function toLate(late: Late | undefined, timeoutMs: number): InterceptError {
  const what = late === undefined ? 'Requests' : `The requests for ${late.service}`;
  const hint = late === undefined ? 'See `intercept status`' : `See \`intercept status ${late.service}\``;
  const message = `${what} do not arrive here after ${formatDuration(timeoutMs)}: ${toReason(late?.progress)}`;
  return new InterceptError('upstream_timeout', message, { hint: `${hint}, or give it more time with --timeout.` });
}

function toReason(progress: Progress | undefined): string {
  if (progress?.t === 'unapproved') return `nobody has approved it. ${progress.message}`;
  if (progress?.t === 'unrouted') return progress.message ?? 'the manager has not said anything of the intercept.';
  return progress === undefined ? 'the API server or the manager does not answer.' : 'the manager has not taken notice of this session.';
}

/**
 * Says how an intercept comes along, and later that its service is not routed any more, or again; only the latter of one that `wasReady`
 * at first.
 */
export function createTeller(
  output: Pick<Output, 'say' | 'warn'>,
  steps: Steps,
  service: string,
  wasReady: boolean = false,
): (progress: Progress) => void {
  let isLost = false;
  return (progress) => {
    if (!wasReady) {
      wasReady = progress.t === 'ready';
      if (progress.t !== 'refused') steps.begin(toStep(service, progress));
    } else if (progress.t === 'routed' || progress.t === 'ready') {
      if (isLost) output.say(`${service} is routed again${toSince(progress)}`);
      isLost = false;
    } else if (!isLost) {
      isLost = true;
      const why = progress.t === 'refused' ? progress.error.message : progress.message;
      output.warn(`requests for ${service} do not reach you now: ${why ?? 'its traffic does not pass through the router'}`);
    }
  };
}

function toStep(service: string, progress: Exclude<Progress, { t: 'refused' }>): string {
  if (progress.t === 'unapproved') return `waiting for an approval of ${service}: ${progress.message}`;
  if (progress.t !== 'unrouted') return `${service} is routed${toSince(progress)}`;
  return progress.message === undefined ? `asking for the requests of ${service}` : `taking over ${service}: ${progress.message}`;
}

function toSince({ since }: { readonly since: Date | undefined }): string {
  return since === undefined ? '' : ` since ${formatTime(since)}`;
}
