import type { Claim } from '../intercepts/claim.ts';
import type { Judgement } from '../intercepts/judge-intercepts.ts';

/**
 * Whose rights a manager looks up: the leader those of all intercepts that nothing else speaks against, any other one those that its own
 * sessions serve.
 */
export function findReviewed(judgements: readonly Judgement[], leading: boolean): readonly Claim[] {
  const counts = ({ over, acceptance, undecided, standing }: Judgement): boolean => {
    if (over !== undefined) return false;
    if (!leading) return standing.t === 'live';
    return acceptance.holds || undecided || acceptance.reason === 'RightLost';
  };
  return judgements.filter(counts).map(({ claim }) => claim);
}
