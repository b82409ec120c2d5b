import { pipeCompliance } from './compliance/pipe-compliance.ts';
import { createMemoryPipePair } from './memory-pipe.ts';

pipeCompliance('memory pipe', async () => {
  const [a, b] = createMemoryPipePair();
  return { a, b, close: async () => {} };
});
