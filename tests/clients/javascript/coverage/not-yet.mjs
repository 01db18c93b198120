// Statements that no server can show yet, each with its reason: `'1.2-store': 'comes with …'`. `make contract` prints them and counts them apart.
export const NOT_YET = {};
