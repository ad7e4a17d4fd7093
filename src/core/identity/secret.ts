import { createHash, randomBytes } from "node:crypto";

/** A secret that somebody is handed once: 256 random bits behind a prefix that says what it is for. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString("base64url")}`;

/** What is kept of a secret: who reads the store learns none. Slow hashes are for secrets that people choose. */
export const hashOfSecret = (secret: string): string => createHash("sha256").update(secret).digest("hex");
