// The baselines of many services in one process: `baselines.ts 20` answers at the ports 8100 to 8119, each as the service of its number.
import { createServer } from 'node:http';
import process from 'node:process';

const [count = '1'] = process.argv.slice(2);
for (let index = 0; index < Number(count); index++) {
  const body = JSON.stringify({ version: 'baseline', service: `s${index}` });
  createServer({ keepAliveTimeout: 75_000 }, (_request, response) => response.end(body)).listen(8_100 + index, '0.0.0.0');
}
process.on('SIGTERM', () => process.exit());
