import type { ZodType, z } from "zod";

/** A header that a response declares; with `?` if only some of these responses have it. */
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
	/** The schema of one item of the stream, if it has items. */
	readonly item?: ZodType;
	readonly headers: readonly never[];
}

interface EmptyAnswer<Header extends AnswerHeader> {
	readonly kind: "empty";
	readonly headers: readonly Header[];
}

/** Describes the response with one status. */
export type AnswerShape = JsonAnswer<ZodType, AnswerHeader> | StreamAnswer | EmptyAnswer<AnswerHeader>;

export type SuccessStatus = 200 | 201 | 202 | 204 | 308;

/** The successful responses of an operation by status, the usual one first. */
export type AnswerShapes = { readonly [Status in SuccessStatus]?: AnswerShape };

/** A JSON body. */
export const json = <Schema extends ZodType, const Headers extends readonly AnswerHeader[]>(
	schema: Schema,
	...headers: Headers
): JsonAnswer<Schema, Headers[number]> => ({ kind: "json", schema, headers });

/** A streamed body. */
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

/** The type that a schema describes on the wire, which presenters return. */
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

/** The return type of a handler: one of the responses that its operation declares. */
export type AnswerOf<Shapes> = {
	[Status in keyof Shapes & SuccessStatus]: { readonly status: Status } & BodyOf<Shapes[Status]> &
		HeadersOf<Shapes[Status]>;
}[keyof Shapes & SuccessStatus];

/** A response of any operation. */
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

/** Marks a response that repeats the one to the first request with the same Idempotency-Key. */
export const replayedHeader = (isReplayed: boolean): Headers => (isReplayed ? { "Idempotency-Replayed": "true" } : {});
