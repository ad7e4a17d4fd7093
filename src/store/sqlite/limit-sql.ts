/**
 * A limit that is a parameter. SQLite plans a statement with a bare parameter as its limit again for each bound value, which costs more
 * than most of our queries; with an expression it does not.
 */
export const limitSql = (parameter: string): string => `LIMIT ${parameter} + 0`;
