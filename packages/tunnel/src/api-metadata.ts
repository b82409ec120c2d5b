/** Metadata that names the caller: UTF-8. */
export const ownerKey = 'switchyard-owner-bin';
/** Trailer with the failure that a status stands for. */
export const failureKey = 'switchyard-failure-bin';
