export type { Host } from './host.ts';
export { program, runProgram } from './program.ts';
export { toProjectJsonSchema } from './project-file.ts';
