// Statements that no server can show yet, each with its reason. `make contract` prints them and counts them apart.
const store = 'comes with the MongoDB store';

export const NOT_YET = {
  '3-system': `${store}: only messages of earlier servers are of that type`,
};
