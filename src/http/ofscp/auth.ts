import { z } from "zod";
import { type FieldError, InvalidRequest, NotFound, Unauthenticated } from "#core/errors.ts";
import { addBootstrapToken, bootstrapSeconds } from "#core/identity/bootstrap-tokens.ts";
import type { IdentityWorld } from "#core/identity/identity.ts";
import { logIn } from "#core/identity/log-in.ts";
import { askRecovery, recover } from "#core/identity/recovery.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { checkCode } from "#core/identity/totp.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import { withoutUndefined } from "../base/absent.ts";
import { type Answer, type Call, noContent, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

const name = z.string().min(1).max(320);
const password = z.string().min(1).max(1000);

const registration = z.object({
	handle: z.string().max(100),
	password,
	displayName: z.string().max(100).optional(),
	email: z.string().max(320).optional(),
	/** As `email`. */
	recoveryEmail: z.string().max(320).optional(),
	invite: z.string().max(200).optional(),
});
type Registration = z.output<typeof registration>;

const login = z.object({ handle: name, password, otp: z.string().max(100).optional() });
type Login = z.output<typeof login>;

const recovery = z.object({ handle: name });
type Recovery = z.output<typeof recovery>;

const confirmation = z.object({ token: z.string().max(200), newPassword: password });
type Confirmation = z.output<typeof confirmation>;

/**
 * Accounts without a browser (OFSCP R7 §4.1): a password is worth a token that registers a device key, and nothing
 * else.
 */
export const authRoutes = ({ world }: Services) => [
	route(
		"POST",
		"/api/auth/register",
		"none",
		"manage",
		{
			body: registration,
			answers: [201],
			errors: ["handle_taken", "email_taken", "registration_closed", "invite_invalid"],
		},
		(call) => register(world, call),
	),
	route(
		"POST",
		"/api/auth/login",
		"none",
		"manage",
		{ body: login, errors: ["invalid_credentials", "otp_required", "otp_invalid"] },
		(call) => enter(world, call),
	),
	route("POST", "/api/auth/recover", "none", "manage", { body: recovery, answers: [202] }, (call) => ask(world, call)),
	route("POST", "/api/auth/recover/confirm", "none", "manage", { body: confirmation, answers: [204] }, (call) =>
		confirm(world, call),
	),
];

async function register(world: IdentityWorld, { body, from }: Call<unknown, Registration>): Promise<Answer> {
	const { recoveryEmail, email = recoveryEmail, ...fields } = body;
	const account = await signUp(world, { ...withoutUndefined({ ...fields, email }), from });
	const location = `/api/identity/users/${encodeURIComponent(addressOf(account))}`;
	return granted(world, account, 201, { Location: location });
}

async function enter(world: IdentityWorld, { body, from }: Call<unknown, Login>): Promise<Answer> {
	const known = await logIn(world, { name: body.handle, password: body.password, from });
	if (known.outcome === "wrong") throw new Unauthenticated("The name or the password is wrong", "invalid_credentials");
	const { account, factors } = known;
	if (factors.length > 0 && body.otp === undefined)
		throw new Unauthenticated("This account asks for a code beside the password", "otp_required");
	if (factors.length > 0 && !(await checkCode(world, account, body.otp ?? "", from)))
		throw new Unauthenticated("The code is wrong, or has been used", "otp_invalid");
	return granted(world, account, 200);
}

async function granted(world: IdentityWorld, account: Account, status: number, headers = {}): Promise<Answer> {
	const body = {
		bootstrap_token: await addBootstrapToken(world, account.id),
		token_type: "bootstrap",
		expires_in: bootstrapSeconds,
		actor: addressOf(account),
	};
	return { status, body, headers: { "Cache-Control": "no-store", ...headers } };
}

/** The same answer whoever is asked for. */
async function ask(world: IdentityWorld, { body, from }: Call<unknown, Recovery>): Promise<Answer> {
	await askRecovery(world, { name: body.handle, from });
	return { status: 202 };
}

async function confirm(world: IdentityWorld, { body }: Call<unknown, Confirmation>): Promise<Answer> {
	try {
		await recover(world, body.token, body.newPassword);
	} catch (error) {
		if (error instanceof InvalidRequest) throw renamed(error, "/password", "/newPassword");
		if (!(error instanceof NotFound)) throw error;
		throw new InvalidRequest([{ field: "/token", expected: "a token of a recovery mail that has not been used" }]);
	}
	return noContent;
}

/** The same problem with a field under the name that it has here. */
function renamed({ extra }: InvalidRequest, from: string, to: string): InvalidRequest {
	const errors = extra.errors as readonly FieldError[];
	return new InvalidRequest(errors.map((error) => (error.field === from ? { ...error, field: to } : error)));
}
