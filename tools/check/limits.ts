import { findLimitTests } from '../limits/find-limit-tests.ts';
import { readLimits } from '../limits/read-limits.ts';
import { judge, type Step } from './step.ts';

/** Every limit is reached by a test that names it, and every limit that a test names is one. */
export const limits: Step = {
  name: 'limits',
  about: 'every limit of a package is reached by a test whose title names it, as [PACKAGE.LIMIT]',
  alone: false,
  run: async (root) => {
    const tests = await findLimitTests(root);
    const packages = await readLimits(root);
    const known = packages.flatMap(({ name, tables }) => tables.flatMap((table) => Object.keys(table).map((limit) => `${name}.${limit}`)));
    const untested = known.filter((limit) => !tests.has(limit));
    const unknown = [...tests].filter(([limit]) => packages.some(({ name }) => limit.startsWith(`${name}.`)) && !known.includes(limit));
    return judge(
      [
        ...untested.map((limit) => `${limit} is reached by no test: write one, and name the limit in its title as [${limit}].`),
        ...unknown.map(([limit, [path = '']]) => `${path} names [${limit}], which is no limit.`),
      ],
      `${known.length} limits`,
    );
  },
};
