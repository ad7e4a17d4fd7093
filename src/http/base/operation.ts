import type { ZodType, z } from "zod";
import type { ErrorCode } from "#core/error-codes.ts";
import type { AnswerOf as AnswerIn, AnswerShapes } from "./answers.ts";
import type { Call } from "./call.ts";

/** A body that the handler reads as it comes. */
export interface Upload {
	readonly kind: "upload";
	/** The media type that the body must have. */
	readonly type: string;
	/** A body that is larger is refused as soon as it is. */
	readonly maxBytes: number;
}
export const upload = (type: string, maxBytes: number): Upload => ({ kind: "upload", type, maxBytes });

/** A header of requests that the operation reads; those that every operation reads are not listed. */
export type RequestHeader = "If-Match" | "Last-Event-ID";

/** What is checked of a request and promised of its answers: what the OpenAPI document says, and what runs. */
export interface Operation<
	Query extends ZodType | undefined = ZodType | undefined,
	Body extends ZodType | Upload | undefined = ZodType | Upload | undefined,
	Answers extends AnswerShapes = AnswerShapes,
> {
	/** The `operationId`: unique, stable, what generated clients call their function. */
	readonly id: string;
	/** One line in plain English. */
	readonly summary: string;
	readonly query?: Query;
	/** JSON by its schema, or a stream. */
	readonly body?: Body;
	readonly reads?: readonly RequestHeader[];
	readonly answers: Answers;
	/** Problems of its own, beside those that follow from how it is called (`errorsOf`). */
	readonly errors?: readonly ErrorCode[];
}

export function operation<
	const Answers extends AnswerShapes,
	Query extends ZodType | undefined = undefined,
	Body extends ZodType | Upload | undefined = undefined,
>(
	id: string,
	summary: string,
	rest: Omit<Operation<Query, Body, Answers>, "id" | "summary">,
): Operation<Query, Body, Answers> {
	return { id, summary, ...rest };
}

type Checked<Shape> = Shape extends ZodType
	? z.output<Shape>
	: Shape extends Upload
		? AsyncIterable<Uint8Array>
		: unknown;

/** The call that an operation's handler gets. */
export type CallOf<Its> = Its extends Operation<infer Query, infer Body> ? Call<Checked<Query>, Checked<Body>> : never;

/** The answer that an operation's handler returns. */
export type AnswerOf<Its extends Pick<Operation, "answers">> = AnswerIn<Its["answers"]>;
