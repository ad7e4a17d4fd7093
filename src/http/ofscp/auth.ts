import { z } from "zod";
import { type FieldError, InvalidRequest, NotFound, Unauthenticated } from "#core/errors.ts";
import { addBootstrapToken, bootstrapSeconds } from "#core/identity/bootstrap-tokens.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { logIn } from "#core/identity/log-in.ts";
import { askRecovery, recover } from "#core/identity/recovery.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { checkCode } from "#core/identity/totp.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import { withoutUndefined } from "../base/absent.ts";
import { created, empty, json, noContent, ok, type Wire } from "../base/answers.ts";
import { oneLine } from "../base/one-line.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { endAll } from "./end-all.ts";
import { address } from "./ids.ts";

const name = z.string().min(1).max(320);
const password = z.string().min(1).max(1000);

const newPassword = password.meta({ minLength: 10, description: "At least 10 characters, and not a common password." });
const email = z.string().max(320).meta({ format: "email" });

const registration = z.strictObject({
	handle: z.string().max(100).meta({ pattern: "^[a-z0-9._-]{1,32}$" }),
	password: newPassword,
	displayName: oneLine(100, 0).optional(),
	email: email.optional(),
	recoveryEmail: email.optional().meta({ description: "Alias of `email`." }),
	invite: z.string().max(200).optional(),
});

const wireBootstrap = z
	.strictObject({
		bootstrap_token: z.string(),
		token_type: z.literal("bootstrap"),
		expires_in: z.int().meta({ description: "Lifetime in seconds." }),
		actor: address,
	})
	.meta({ id: "BootstrapToken", description: "A single-use token that can only register a device key." });

const registering = operation("register", "Create an account", {
	body: registration,
	answers: { 201: json(wireBootstrap, "Location") },
	errors: ["handle_taken", "registration_closed", "invite_invalid"],
});
const loggingIn = operation("logIn", "Log in with a password to register a device key", {
	body: z.strictObject({ handle: name, password, otp: z.string().max(100).optional() }),
	answers: { 200: json(wireBootstrap) },
	errors: ["invalid_credentials", "otp_required", "otp_invalid"],
});
const askingRecovery = operation("requestRecovery", "Send a recovery link to the e-mail address of an account", {
	body: z.strictObject({ handle: name }),
	answers: { 202: empty() },
});
const recovering = operation("recover", "Set a new password with the token of a recovery link", {
	body: z.strictObject({ token: z.string().max(200), newPassword, endAll: endAll.optional() }),
	answers: { 204: empty() },
});

/**
 * Registration and login without a browser (OFSCP R7 §4.1): a password is only exchanged for a token that registers a
 * device key.
 */
export const authRoutes = ({ context }: Services) => [
	route("POST", "/api/auth/register", "none", "manage", registering, (call) => register(context, call)),
	route("POST", "/api/auth/login", "none", "manage", loggingIn, (call) => enter(context, call)),
	route("POST", "/api/auth/recover", "none", "manage", askingRecovery, (call) => ask(context, call)),
	route("POST", "/api/auth/recover/confirm", "none", "manage", recovering, (call) => confirm(context, call)),
];

async function register(
	context: IdentityContext,
	{ body, from }: CallOf<typeof registering>,
): Promise<AnswerOf<typeof registering>> {
	const { recoveryEmail, email = recoveryEmail, ...fields } = body;
	const account = await signUp(context, { ...withoutUndefined({ ...fields, email }), from });
	const location = `/api/identity/users/${encodeURIComponent(addressOf(account))}`;
	return created(location, await bootstrapFor(context, account), secret);
}

async function enter(
	context: IdentityContext,
	{ body, from }: CallOf<typeof loggingIn>,
): Promise<AnswerOf<typeof loggingIn>> {
	const known = await logIn(context, { name: body.handle, password: body.password, from });
	if (known.outcome === "wrong") throw new Unauthenticated("The name or the password is wrong", "invalid_credentials");
	const { account, factors } = known;
	if (factors.length > 0 && body.otp === undefined)
		throw new Unauthenticated("This account also requires a second-factor code", "otp_required");
	if (factors.length > 0 && !(await checkCode(context, account, body.otp ?? "", from)))
		throw new Unauthenticated("The code is wrong or has already been used", "otp_invalid");
	return ok(await bootstrapFor(context, account), secret);
}

/** Responses with secrets must not be cached. */
const secret = { "Cache-Control": "no-store" };

const bootstrapFor = async (context: IdentityContext, account: Account): Promise<Wire<typeof wireBootstrap>> => ({
	bootstrap_token: await addBootstrapToken(context, account.id),
	token_type: "bootstrap",
	expires_in: bootstrapSeconds,
	actor: addressOf(account),
});

/** The response is the same whether or not the account exists. */
async function ask(
	context: IdentityContext,
	{ body, from }: CallOf<typeof askingRecovery>,
): Promise<AnswerOf<typeof askingRecovery>> {
	await askRecovery(context, { name: body.handle, from });
	return { status: 202 };
}

async function confirm(
	context: IdentityContext,
	{ body }: CallOf<typeof recovering>,
): Promise<AnswerOf<typeof recovering>> {
	try {
		await recover(context, body.token, body.newPassword, withoutUndefined({ endAll: body.endAll }));
	} catch (error) {
		if (error instanceof InvalidRequest) throw renamed(error, "/password", "/newPassword");
		if (!(error instanceof NotFound)) throw error;
		throw new InvalidRequest([{ field: "/token", expected: "an unused token from a recovery e-mail" }]);
	}
	return noContent;
}

/** Renames a field of a problem to its name in this API. */
function renamed({ extra }: InvalidRequest, from: string, to: string): InvalidRequest {
	const errors = extra.errors as readonly FieldError[];
	return new InvalidRequest(errors.map((error) => (error.field === from ? { ...error, field: to } : error)));
}
