// Answers with the name of its pod.
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import process from 'node:process';

const { PORT = '8080', HOST = '0.0.0.0' } = process.env;

createServer((_request, response) => response.end(JSON.stringify({ version: 'baseline', pod: hostname() }))).listen(Number(PORT), HOST);
process.on('SIGTERM', () => process.exit());
