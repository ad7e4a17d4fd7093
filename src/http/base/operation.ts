import type { ZodType, z } from "zod";
import type { ErrorCode } from "#core/error-codes.ts";
import type { AnswerOf as AnswerIn, AnswerShapes } from "./answers.ts";
import type { Call } from "./call.ts";

/** A body that the handler reads as a stream. */
export interface Upload {
	readonly kind: "upload";
	/** The media type that the body must have. */
	readonly type: string;
	/** A larger body is rejected as soon as it exceeds this. */
	readonly maxBytes: number;
}
export const upload = (type: string, maxBytes: number): Upload => ({ kind: "upload", type, maxBytes });

/** A request header that the operation reads, besides those that all operations read. */
export type RequestHeader = "If-Match" | "Last-Event-ID";

/** The schemas of an operation's requests and responses, which validate them and are published as its OpenAPI description. */
export interface Operation<
	Query extends ZodType | undefined = ZodType | undefined,
	Body extends ZodType | Upload | undefined = ZodType | Upload | undefined,
	Answers extends AnswerShapes = AnswerShapes,
> {
	/** The `operationId`: unique and stable, since generated clients name their functions after it. */
	readonly id: string;
	/** One line in plain English. */
	readonly summary: string;
	readonly query?: Query;
	/** A JSON schema, or a stream. */
	readonly body?: Body;
	readonly reads?: readonly RequestHeader[];
	readonly answers: Answers;
	/** Error codes besides those that `errorsOf` derives from the route. */
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

/** The call that an operation's handler receives. */
export type CallOf<Its> = Its extends Operation<infer Query, infer Body> ? Call<Checked<Query>, Checked<Body>> : never;

/** The response that an operation's handler returns. */
export type AnswerOf<Its extends Pick<Operation, "answers">> = AnswerIn<Its["answers"]>;
