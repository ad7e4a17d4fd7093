export type { SignatureFault, SignedMessage, Verification } from "./http-message.ts";
export { createKeyCache, type KeyCache, type KeyCacheOptions } from "./key-cache.ts";
export type { KeyDocument, PublicKey } from "./public-key.ts";
export { type SigningOptions, signRequest } from "./sign-request.ts";
export type { VerifyOptions } from "./verify-options.ts";
export { verifyRequest } from "./verify-request.ts";
