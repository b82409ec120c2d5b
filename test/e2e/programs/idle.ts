// Keeps a container there, for programs that are run in it later.
import process from 'node:process';

setInterval(() => {}, 3_600_000);
process.on('SIGTERM', () => process.exit());
