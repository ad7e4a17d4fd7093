import type { Context } from "koa";
import type { ErrorCode } from "#core/error-codes.ts";
import { Conflict, type FieldError, InvalidRequest, PermissionDenied, TooManyRequests } from "#core/errors.ts";
import type { Fault } from "./form.ts";
import { sayPlainly } from "./say.ts";
import { texts } from "./texts.ts";

/** Why a form was not taken: what its page says when it is shown again. */
export interface Refusal {
	readonly status: number;
	readonly faults: readonly Fault[];
}

const byCode: Readonly<Partial<Record<ErrorCode, Fault>>> = {
	handle_taken: { field: "handle", text: texts.signUp.taken },
	email_taken: { field: "email", text: texts.signUp.emailTaken },
	wrong_password: { field: "password", text: texts.security.wrongPassword },
	registration_closed: { text: texts.signUp.closed },
	invite_invalid: { text: texts.signUp.invitationInvalid },
};

/** What the core's fields are called on a page. */
const labels: Readonly<Record<string, string>> = {
	handle: texts.signUp.handle,
	displayName: texts.signUp.displayName,
	email: texts.signUp.email,
	password: texts.signUp.password,
	next: texts.security.next,
	bio: texts.account.bio,
};

/**
 * Does what a form asks for, and turns what the core refuses into words at the fields.
 *
 * @param fields the form's own names for the fields that the core names otherwise
 * @throws whatever is no fault of who filled it in
 */
export async function attempt<T>(
	ctx: Context,
	act: () => Promise<T>,
	fields: Readonly<Record<string, string>> = {},
): Promise<{ readonly value: T } | { readonly refusal: Refusal }> {
	try {
		return { value: await act() };
	} catch (error) {
		const refusal = refusalOf(error, fields);
		if (refusal === undefined) throw error;
		if (error instanceof TooManyRequests) ctx.set("Retry-After", String(error.retryAfterSeconds));
		return { refusal };
	}
}

function refusalOf(error: unknown, fields: Readonly<Record<string, string>>): Refusal | undefined {
	if (error instanceof InvalidRequest) {
		const errors = (error.extra.errors ?? []) as readonly FieldError[];
		return { status: error.status, faults: errors.map((wrong) => faultOf(wrong, fields)) };
	}
	if (error instanceof TooManyRequests)
		return {
			status: error.status,
			faults: [{ text: sayPlainly(texts.form.wait, { seconds: error.retryAfterSeconds }) }],
		};
	if (!(error instanceof Conflict || error instanceof PermissionDenied)) return undefined;
	const { field, text } = byCode[error.errorCode] ?? { text: error.message };
	return { status: error.status, faults: [field === undefined ? { text } : { field: fields[field] ?? field, text }] };
}

function faultOf({ field, expected }: FieldError, fields: Readonly<Record<string, string>>): Fault {
	const name = field.replace(/^\//, "");
	const label = labels[name];
	return {
		field: fields[name] ?? name,
		text: sayPlainly(texts.form.choose, { expected }),
		...(label === undefined ? {} : { label }),
	};
}
