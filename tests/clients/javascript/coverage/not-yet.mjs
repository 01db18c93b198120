// Statements that the server cannot fulfil yet, each with its reason: `'1.2-store': 'comes with …'`. `make contract` prints and counts them.
export const NOT_YET = {};
