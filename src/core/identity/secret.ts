import { createHash, randomBytes } from "node:crypto";

/** A new secret, which is shown once: 256 random bits after a prefix that names its purpose. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString("base64url")}`;

/** The hash of a secret, which is stored in its place. A fast hash is enough, since the secret is random and not chosen by a person. */
export const hashOfSecret = (secret: string): string => createHash("sha256").update(secret).digest("hex");
