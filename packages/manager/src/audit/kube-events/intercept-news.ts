import type { InterceptConditionType } from '@switchyard/kube';
import { findCondition } from '../../cluster/intercepts/claim.ts';
import type { Judgement } from '../../cluster/intercepts/judge-intercepts.ts';
import type { KubeNews } from './kube-news.ts';

/** What is new about an intercept since `before`, by what its object says. */
export function toInterceptNews(before: Judgement, after: Judgement): readonly KubeNews[] {
  return (['Accepted', 'Routed', 'SessionReady'] as const).flatMap((type) => toConditionNews(before, after, type));
}

function toConditionNews(before: Judgement, after: Judgement, type: InterceptConditionType): readonly KubeNews[] {
  const [was, is] = [findCondition(before.claim, type), findCondition(after.claim, type)];
  if (is === undefined || (was?.status === is.status && was.reason === is.reason)) return [];
  const { reason, message: note } = is;
  switch (type) {
    case 'Accepted':
      return [is.status === 'True' ? { type: 'Normal', reason, note } : { type: 'Warning', reason: 'Refused', note: `${reason}: ${note}` }];
    case 'Routed':
      return is.status === 'True' ? [{ type: 'Normal', reason, note }] : [];
    case 'SessionReady':
      if (is.status === 'True') return [{ type: 'Normal', reason: was?.reason === 'SessionLost' ? 'SessionBack' : reason, note }];
      return reason === 'NoSession' ? [] : [{ type: 'Warning', reason, note }];
  }
}

/** That an intercept is over. */
export function toEndNews({ over }: Judgement): KubeNews {
  const { reason = 'removed', message } = over ?? {};
  const note = message ?? `The intercept is over: ${reason}.`;
  return reason === 'revoked' ? { type: 'Warning', reason: 'Revoked', note } : { type: 'Normal', reason: 'Ended', note };
}
