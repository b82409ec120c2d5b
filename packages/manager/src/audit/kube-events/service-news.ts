import type { RoutedService } from '@switchyard/kube';
import type { KubeNews } from './kube-news.ts';

/** What is new about a Service since its record was `before`; undefined: there was none, or there is none any more. */
export function toServiceNews(before: RoutedService | undefined, after: RoutedService | undefined): readonly KubeNews[] {
  const [was, is] = [before?.status?.phase, after?.status?.phase];
  if (after === undefined) return was === undefined ? [] : [givenBack];
  const news: KubeNews[] = [];
  if (is === 'Routed' && was !== 'Routed') news.push(takenOver);
  const contested = findContested(after);
  if (contested?.status === 'True' && findContested(before)?.status !== 'True') {
    news.push({ type: 'Warning', reason: 'Contested', note: contested.message });
  }
  return news;
}

const takenOver: KubeNews = { type: 'Normal', reason: 'TakenOver', note: 'The traffic of this Service passes through the router.' };
const givenBack: KubeNews = { type: 'Normal', reason: 'GivenBack', note: 'The traffic of this Service goes to its own pods again.' };

function findContested(routed: RoutedService | undefined) {
  return routed?.status?.conditions?.find(({ type }) => type === 'Contested');
}
