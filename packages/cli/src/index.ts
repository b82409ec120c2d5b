export type { Host } from './host.ts';
export { runProgram } from './program.ts';
