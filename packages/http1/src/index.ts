export { BodyScanner, createTrailerNames } from './body.ts';
export { planConnectionClose, planConnectionHygiene, type ConnectionHygiene } from './connection-edits.ts';
export { editHead, type HeadEdit } from './edit-head.ts';
export { FieldNames } from './field-names.ts';
export type { Field } from './framing-fields.ts';
export type { Progress, Refusal } from './refusal.ts';
export { RequestHeadParser } from './request-head.ts';
export { ResponseHeadParser } from './response-head.ts';
