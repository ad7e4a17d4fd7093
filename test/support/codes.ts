import { TOTP } from "otpauth";

/** The code that an authenticator app shows at a time. @param secret base32 @param at milliseconds since 1970 */
export const codeAt = (secret: string, at: number): string => new TOTP({ secret }).generate({ timestamp: at });
