import type { EndReason, InterceptId, Log } from '@switchyard/contract';
import type { Tell } from '../events/event-log.ts';
import { toEndNews, toInterceptNews, type InterceptChange } from '../events/intercept-news.ts';
import type { Intercept } from './intercept.ts';
import { Watchers } from './watchers.ts';

/** Who hears of intercepts, beside those who watch one. */
export interface Audience {
  readonly log: Log;
  /** Learns of each intercept that ended. */
  readonly onEnd: (reason: EndReason) => void;
  /** Learns of everything that becomes of intercepts. */
  readonly tell: Tell;
}

/** Tells everybody what became of an intercept. */
export class Announcer {
  readonly #audience: Audience;
  readonly #watchers: Watchers = new Watchers();

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  /** As `InterceptSource.watch`. */
  watch(id: InterceptId, onChange: () => void): () => void {
    return this.#watchers.watch(id, onChange);
  }

  /** `intercept` is there from now on, in the place of `old`; `client` has its session. */
  registered(intercept: Intercept, old: Intercept | undefined, client: string): void {
    this.#watchers.announce(intercept.id);
    this.#log(old === undefined ? 'intercept_started' : 'intercept_resumed', intercept, { client });
    this.#tell(toChange(old), intercept);
  }

  renewed(intercept: Intercept): void {
    this.#log('intercept_renewed', intercept, { expires: intercept.expiresAt.toISOString() });
    this.#tell('intercept_changed', intercept);
  }

  away(intercept: Intercept): void {
    this.#watchers.announce(intercept.id);
    this.#log('intercept_away', intercept);
    this.#tell('intercept_away', intercept);
  }

  expiring(intercept: Intercept): void {
    this.#tell('intercept_expiring', intercept);
  }

  ended(intercept: Intercept, reason: EndReason): void {
    this.#watchers.announce(intercept.id);
    this.#audience.onEnd(reason);
    this.#log('intercept_ended', intercept, { reason });
    this.#audience.tell(toEndNews(intercept, reason));
  }

  #tell(change: InterceptChange, intercept: Intercept): void {
    this.#audience.tell(toInterceptNews(change, intercept));
  }

  #log(event: string, { id, owner }: Intercept, fields: Readonly<Record<string, string>> = {}): void {
    this.#audience.log.info(event, { intercept: id, owner, ...fields });
  }
}

function toChange(old: Intercept | undefined): InterceptChange {
  if (old === undefined) return 'intercept_created';
  return old.link.t === 'away' ? 'intercept_back' : 'intercept_changed';
}
