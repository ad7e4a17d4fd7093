import type { ZodType, z } from "zod";

/** A header that an operation promises in an answer; with `?` one that only some of these answers have. */
export type AnswerHeader = AlwaysThere | `${AlwaysThere}?`;
type AlwaysThere = "ETag" | "Idempotency-Replayed" | "Location";

interface JsonAnswer<Schema extends ZodType, Header extends AnswerHeader> {
	readonly kind: "json";
	readonly schema: Schema;
	readonly headers: readonly Header[];
}

interface StreamAnswer {
	readonly kind: "stream";
	/** The media type. */
	readonly type: string;
	/** Of one item of the stream, if it has items. */
	readonly item?: ZodType;
	readonly headers: readonly never[];
}

interface EmptyAnswer<Header extends AnswerHeader> {
	readonly kind: "empty";
	readonly headers: readonly Header[];
}

/** What an answer with one status looks like. */
export type AnswerShape = JsonAnswer<ZodType, AnswerHeader> | StreamAnswer | EmptyAnswer<AnswerHeader>;

export type SuccessStatus = 200 | 201 | 202 | 204 | 308;

/** The successful answers of an operation by status, the usual one first. */
export type AnswerShapes = { readonly [Status in SuccessStatus]?: AnswerShape };

/** A body of JSON. */
export const json = <Schema extends ZodType, const Headers extends readonly AnswerHeader[]>(
	schema: Schema,
	...headers: Headers
): JsonAnswer<Schema, Headers[number]> => ({ kind: "json", schema, headers });

/** A body that is written as it comes. */
export const streamOf = (type: string, item?: ZodType): StreamAnswer => ({
	kind: "stream",
	type,
	headers: [],
	...(item === undefined ? {} : { item }),
});

/** No body. */
export const empty = <const Headers extends readonly AnswerHeader[]>(
	...headers: Headers
): EmptyAnswer<Headers[number]> => ({ kind: "empty", headers });

type Immutable<T> = T extends readonly (infer Item)[]
	? readonly Immutable<Item>[]
	: T extends object
		? { readonly [Key in keyof T]: Immutable<T[Key]> }
		: T;

/** What is written by a schema: the type that presenters return. */
export type Wire<Schema extends ZodType> = Immutable<z.input<Schema>>;

type BodyOf<Shape> =
	Shape extends JsonAnswer<infer Schema, AnswerHeader>
		? { readonly body: Wire<Schema> }
		: Shape extends StreamAnswer
			? { readonly body: AsyncIterable<string | Uint8Array> }
			: { readonly body?: undefined };

type Headers = Readonly<Record<string, string>>;
type Promised<Header> = Header extends `${string}?` ? never : Header;
type HeadersOf<Shape> =
	Shape extends Pick<JsonAnswer<ZodType, infer Header>, "headers">
		? [Promised<Header>] extends [never]
			? { readonly headers?: Headers }
			: { readonly headers: Headers & { readonly [Name in Promised<Header> & string]: string } }
		: never;

/** What a handler returns: one of the answers that its operation has declared. */
export type AnswerOf<Shapes> = {
	[Status in keyof Shapes & SuccessStatus]: { readonly status: Status } & BodyOf<Shapes[Status]> &
		HeadersOf<Shapes[Status]>;
}[keyof Shapes & SuccessStatus];

/** An answer, whatever its operation. */
export interface AnyAnswer {
	readonly status: number;
	readonly body?: unknown;
	readonly headers?: Headers;
}

export const ok = <Body, const Extra extends Headers = {}>(body: Body, headers?: Extra) => ({
	status: 200 as const,
	body,
	headers: headers ?? ({} as Extra),
});

export const created = <Body>(location: string, body: Body, headers: Headers = {}) => ({
	status: 201 as const,
	body,
	headers: { ...headers, Location: location },
});

export const noContent = { status: 204 } as const;

/** Says that an answer is the one that the first request with the same Idempotency-Key got. */
export const replayedHeader = (isReplayed: boolean): Headers => (isReplayed ? { "Idempotency-Replayed": "true" } : {});
