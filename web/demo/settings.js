// The settings of the server. `parley demo` serves its own numbers in place of this file, which holds the defaults.
export const MESSAGE_LENGTH_MAX = 1000;  // UTF-16 code units, as the server counts; so is String.length.
