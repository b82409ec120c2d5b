import type { Condition, TextMatch } from '@switchyard/contract';

/** How a text is compared. */
export const exact = (value: string): TextMatch => ({ t: 'exact', value });
export const prefix = (value: string): TextMatch => ({ t: 'prefix', value });
export const regex = (value: string): TextMatch => ({ t: 'regex', value });
export const present: TextMatch = { t: 'present' };

/** Conditions, in short. */
export const header = (name: string, text: TextMatch): Condition => ({ t: 'header', name, text });
export const query = (name: string, text: TextMatch): Condition => ({ t: 'query', name, text });
export const cookie = (name: string, text: TextMatch): Condition => ({ t: 'cookie', name, text });
export const path = (text: TextMatch): Condition => ({ t: 'path', text });
export const method = (name: string): Condition => ({ t: 'method', method: name });
export const percent = (share: number): Condition => ({ t: 'percent', percent: share });
