import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context } from "koa";
import { PermissionDenied } from "#core/errors.ts";
import { readCookie, setCookie } from "./cookies.ts";
import type { Form } from "./read-form.ts";
import { texts } from "./texts.ts";

const cookie = "causeway_form";
const shape = /^[\w-]{43}$/;

/** The form was not sent from one of our pages, or its cookie is gone. */
export class ForgedForm extends PermissionDenied {
	constructor() {
		super(texts.form.forged, "form_refused");
	}
}

const tokenOf = (secret: string): string => createHmac("sha256", secret).update("form").digest("base64url");

/** The CSRF token for the forms of a page, derived from a cookie that no other site can read or set. */
export function csrfToken(ctx: Context, origin: string): string {
	const known = readCookie(ctx, cookie, origin);
	if (known !== undefined && shape.test(known)) return tokenOf(known);
	const secret = randomBytes(32).toString("base64url");
	setCookie(ctx, cookie, secret, { origin });
	return tokenOf(secret);
}

/**
 * Checks that a form was sent from one of our own pages.
 *
 * The browser's `Sec-Fetch-Site` and `Origin` are checked before the token. `Origin` is `null` for pages that send no
 * referrer, as ours do; then `Sec-Fetch-Site` counts.
 *
 * @throws {ForgedForm}
 */
export function checkCsrf(ctx: Context, form: Form, origin: string): void {
	const site = ctx.get("Sec-Fetch-Site");
	if (site !== "" && site !== "same-origin" && site !== "none") throw new ForgedForm();
	const from = ctx.get("Origin");
	if (from !== "" && from !== "null" && from !== origin) throw new ForgedForm();
	const secret = readCookie(ctx, cookie, origin) ?? "";
	const expected = Buffer.from(tokenOf(secret));
	const given = Buffer.from(form.text("csrf"));
	if (!shape.test(secret) || given.length !== expected.length || !timingSafeEqual(given, expected))
		throw new ForgedForm();
}
