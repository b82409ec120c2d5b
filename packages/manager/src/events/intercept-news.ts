import type { EndReason, EventType } from '@switchyard/contract';
import { sessionOf, toTimeText, type Intercept } from '../registry/intercept.ts';
import type { News } from './event-log.ts';

/** What can become of a live intercept. */
export type InterceptChange = Extract<
  EventType,
  'intercept_created' | 'intercept_changed' | 'intercept_away' | 'intercept_back' | 'intercept_expiring'
>;

/** What became of an intercept, which is `intercept` now, as news. */
export function toInterceptNews(type: InterceptChange, intercept: Intercept): News {
  return { ...toSubject(intercept), type, message: sentences[type](intercept) };
}

/** The end of an intercept, as news. */
export function toEndNews(intercept: Intercept, reason: EndReason): News {
  return { ...toSubject(intercept), type: 'intercept_ended', reason, message: `${intercept.title} ended: ${ends[reason]}.` };
}

function toSubject({ id, owner, service, key }: Intercept): Pick<News, 'owner' | 'intercept' | 'service' | 'key'> {
  return { owner, intercept: id, service, key };
}

const sentences: Readonly<Record<InterceptChange, (intercept: Intercept) => string>> = {
  intercept_created: ({ title, owner, link, expiresAt }) =>
    `${title} reaches ${owner} (${sessionOf({ link }).client}) until ${toTimeText(expiresAt)}.`,
  intercept_changed: ({ title, link, expiresAt }) => `${title} reaches ${sessionOf({ link }).client} until ${toTimeText(expiresAt)}.`,
  intercept_away: ({ title, link, expiresAt }) =>
    `The session of ${title} is lost; the intercept ends at ${toTimeText(link.t === 'away' ? link.until : expiresAt)} unless it comes back.`,
  intercept_back: ({ title, link }) => `The session of ${title} is back (${sessionOf({ link }).client}).`,
  intercept_expiring: ({ title, expiresAt }) => `${title} ends at ${toTimeText(expiresAt)} unless it is renewed.`,
};

const ends: Readonly<Record<EndReason, string>> = {
  removed: 'it was removed',
  expired: 'its time was over',
  session_gone: 'its session did not come back',
  replaced: 'another process of its owner took it over',
  revoked: 'somebody who may do so ended it',
  idle: 'no request came for it in a long time',
  right_lost: 'its owner may not intercept the service any more',
  policy: 'a policy does not allow it any more',
};
