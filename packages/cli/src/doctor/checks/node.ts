import { fail, ok, type Check } from '../check.ts';

/** The oldest release that the published programs run on. */
const oldest = [20, 19] as const;

/** Whether this program runs on a Node.js that it was made for. */
export const nodeCheck: Check = {
  id: 'node',
  title: 'Node.js',
  async run() {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const isNew = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
    return isNew ? ok(process.versions.node) : fail(`${process.versions.node} is too old`, `Install Node.js ${oldest.join('.')} or later.`);
  },
};
