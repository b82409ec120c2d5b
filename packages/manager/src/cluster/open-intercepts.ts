import type { Audit } from '@switchyard/contract';
import type { UsageReader } from '@switchyard/router';
import { openChronicle } from '../audit/chronicle.ts';
import type { ClusterConfig } from '../config/manager-config.ts';
import type { EventLog } from '../events/event-log.ts';
import { JudgementNews } from '../events/judgement-news.ts';
import type { InterceptKeeper } from './intercepts/intercept-keeper.ts';
import type { InterceptKeeperDeps } from './intercepts/keeper-deps.ts';
import { openInterceptKeeper } from './intercepts/open-intercept-keeper.ts';
import { createRemotes } from './peers/open-peers.ts';

/** What the keeper stands on, and who is told of what it judges. */
export interface InterceptsDeps extends Omit<InterceptKeeperDeps, 'remotes' | 'chronicle' | 'usage'> {
  readonly audit: Audit;
  readonly events: EventLog;
  readonly usage: () => UsageReader;
}

/** Opens the keeper of the namespace's intercepts on `owner`, with its way to other managers and those who record what becomes of all. */
export function openIntercepts(
  deps: InterceptsDeps,
  { limits, peers }: Pick<ClusterConfig, 'limits' | 'peers'>,
  owner: Pick<AsyncDisposableStack, 'use'>,
): InterceptKeeper {
  const { expiryWarningMs } = limits;
  const chronicle = owner.use(openChronicle({ ...deps, expiryWarningMs }));
  const news = new JudgementNews(deps.clock, deps.events.tell);
  const remotes = owner.use(createRemotes(deps, peers));
  const told = {
    ...chronicle,
    follow: (judgements: Parameters<typeof news.follow>[0]): void => {
      chronicle.follow(judgements);
      news.follow(judgements);
    },
  };
  return owner.use(openInterceptKeeper({ ...deps, chronicle: told, remotes }, limits));
}
