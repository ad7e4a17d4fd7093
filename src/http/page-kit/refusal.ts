import type { Context } from "koa";
import type { ErrorCode } from "#core/error-codes.ts";
import { Conflict, type FieldError, InvalidRequest, PermissionDenied, TooManyRequests } from "#core/errors.ts";
import { fillInPlain } from "./fill-in.ts";
import type { Fault } from "./form.ts";
import { texts } from "./texts.ts";

/** Why a form was rejected, for the page that shows it again. */
export interface Refusal {
	readonly status: number;
	readonly faults: readonly Fault[];
}

const byCode: Readonly<Partial<Record<ErrorCode, Fault>>> = {
	handle_taken: { field: "handle", text: texts.signUp.taken },
	wrong_password: { field: "password", text: texts.security.wrongPassword },
	registration_closed: { text: texts.signUp.closed },
	invite_invalid: { text: texts.signUp.invitationInvalid },
};

/** The labels of the core's fields. */
const labels: Readonly<Record<string, string>> = {
	handle: texts.signUp.handle,
	displayName: texts.signUp.displayName,
	email: texts.signUp.email,
	password: texts.signUp.password,
	next: texts.security.next,
	bio: texts.account.bio,
};

/**
 * Runs the use case of a form, and turns the core's validation errors into errors of the form's fields.
 *
 * @param fields the form's names of fields, by the core's names, where they differ
 * @throws errors that the user can't correct
 */
export async function attempt<T>(
	ctx: Context,
	run: () => Promise<T>,
	fields: Readonly<Record<string, string>> = {},
): Promise<{ readonly value: T } | { readonly refusal: Refusal }> {
	try {
		return { value: await run() };
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
			faults: [{ text: fillInPlain(texts.form.wait, { seconds: error.retryAfterSeconds }) }],
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
		text: fillInPlain(texts.form.choose, { expected }),
		...(label === undefined ? {} : { label }),
	};
}
