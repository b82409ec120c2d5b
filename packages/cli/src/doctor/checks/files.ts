import { ok, toFinding, type Check } from '../check.ts';

/** Whether the person's own file and the project file say what they may. */
export const filesCheck: Check = {
  id: 'files',
  title: 'settings',
  async run({ settings }) {
    try {
      const { project, userFilePath, token } = await settings();
      const own = token?.source === 'user file' ? `${userFilePath} (with a token)` : userFilePath;
      return ok(`${project === undefined ? 'no project file' : project.path}; your own: ${own}`);
    } catch (reason) {
      return toFinding(reason);
    }
  },
};
