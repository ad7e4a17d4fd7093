import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context } from "koa";
import { PermissionDenied } from "#core/errors.ts";
import { readCookie, setCookie } from "./cookies.ts";
import type { Form } from "./read-form.ts";
import { texts } from "./texts.ts";

const cookie = "causeway_form";
const shape = /^[\w-]{43}$/;

/** A form that our own page has not sent, or has sent too long ago. */
export class ForgedForm extends PermissionDenied {
	constructor() {
		super(texts.form.forged, "form_refused");
	}
}

const tokenOf = (secret: string): string => createHmac("sha256", secret).update("form").digest("base64url");

/** The token for the forms of a page. It goes with a cookie that no other site can read or set. */
export function csrfToken(ctx: Context, origin: string): string {
	const known = readCookie(ctx, cookie, origin);
	if (known !== undefined && shape.test(known)) return tokenOf(known);
	const secret = randomBytes(32).toString("base64url");
	setCookie(ctx, cookie, secret, { origin });
	return tokenOf(secret);
}

/**
 * Lets a form pass that our own page has sent.
 *
 * A browser that says where a form comes from is believed before any token. `Origin` is `null` where a page hides what it
 * refers to, as ours do: then `Sec-Fetch-Site` says it.
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
