import type { ControlledIntercept } from '../../control/control.ts';
import { isPlaced, toStanding } from '../../control/standing.ts';
import { ok, skipped, toFinding, warn, fail, type Check } from '../check.ts';

/** Whether an intercept of the person's is there, and whether somebody else stands in its way. */
export const interceptCheck: Check = {
  id: 'intercept',
  title: 'intercept',
  async run({ service, reached, settings }) {
    const { listIntercepts, owner, whoAmI } = await reached();
    try {
      const [all, me, { key }] = await Promise.all([listIntercepts(), owner(), (await settings()).key(whoAmI)]);
      const here = all.filter((each) => service === undefined || each.service === service);
      const mine = here.filter((each) => each.owner === me);
      const away = mine.find(({ session }) => session === 'away');
      if (away !== undefined)
        return warn(`${away.id} has lost its session (${away.client})`, `Start it again, or end it: intercept down ${away.service}`);
      const held = mine.find((each) => (toStanding(each) ?? 'Routed') !== 'Routed');
      if (held !== undefined) return warn(`${held.id} is not routed: ${toStanding(held)}`, `See intercept status ${held.service}.`);
      if (mine.length > 0) return ok(mine.map(toText).join(', '));
      const other = all.find((each) => each.key === key && each.owner !== me && isPlaced(each));
      if (other === undefined) return skipped('none of yours is there, and none stands in its way');
      return fail(
        `the key "${key}" belongs to ${other.owner} (${other.id})`,
        `Use another key (--key), or ask ${other.owner} to share it.`,
      );
    } catch (reason) {
      return toFinding(reason);
    }
  },
};

function toText({ id, client }: ControlledIntercept): string {
  return `${id} (${client})`;
}
