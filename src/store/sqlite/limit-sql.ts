/**
 * A limit that is a parameter. Of a bare parameter SQLite wants to know the value before it plans, and so plans anew each
 * time that one is bound: more work than most of our queries. An expression it leaves alone.
 */
export const limitSql = (parameter: string): string => `LIMIT ${parameter} + 0`;
