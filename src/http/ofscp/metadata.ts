import { z } from "zod";
import { InvalidRequest, NotFound } from "#core/errors.ts";
import type { Metadata } from "#core/model/message.ts";
import { json, ok } from "../base/answers.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

/** The built-in metadata schemas by id (wire.md, "Messages"). */
const schemas = {
	"content-warning": z
		.strictObject({ text: z.string().min(1).max(500) })
		.meta({ title: "Content warning", description: "A warning to show before the message." }),
	poll: z
		.strictObject({
			question: z.string().min(1).max(500),
			options: z.array(z.string().min(1).max(200)).min(2).max(20),
			multiple: z.boolean().optional(),
			endsAt: z.iso.datetime({ offset: true }).optional(),
			votes: z.array(z.int().min(0)).optional().meta({ readOnly: true, description: "Counted by the provider." }),
		})
		.meta({
			title: "Poll",
			description: "A question with options. The message's text repeats them for clients that can't show polls.",
		}),
	origin: z
		.object({
			network: z.string(),
			id: z.string(),
			url: z.url().optional(),
			inReplyTo: z
				.string()
				.optional()
				.meta({ description: "The id, in its network, of the message that it replies to, if that could not be read." }),
		})
		.meta({ title: "Origin", description: "The origin of a message that was written outside this provider." }),
} as const;
export type SchemaId = keyof typeof schemas;
export const schemaIds = Object.keys(schemas) as readonly SchemaId[];

export const metaUri = (origin: string, id: SchemaId): string => `${origin}/meta/${id}.json`;

/** The public JSON Schema of a kind of metadata (OFSCP §5.4). */
const schemaDocument = (origin: string, id: SchemaId) => ({
	$schema: "https://json-schema.org/draft/2020-12/schema",
	...z.toJSONSchema(schemas[id], { target: "draft-2020-12" }),
	$id: metaUri(origin, id),
});

const showing = operation("getMetadataSchema", "Get the JSON Schema of a kind of metadata", {
	answers: { 200: json(z.looseObject({ $schema: z.string(), $id: z.string() })) },
});

export const metadataRoutes = ({ context }: Services) => [
	route("GET", "/meta/:file", "none", "read", showing, async ({ params }) => {
		const id = schemaIds.find((known) => `${known}.json` === params.file);
		if (id === undefined) throw new NotFound();
		return ok(schemaDocument(context.origin, id), { "Cache-Control": "public, max-age=86400" });
	}),
];

/** A list of metadata as clients send it; `{}` is accepted as the empty list. */
export const metadataList = z
	.union([
		z
			.array(
				z.strictObject({
					schema: z.url({ protocol: /^https?$/ }).max(500),
					version: z.string().max(20).default("1.0"),
					data: z.unknown(),
				}),
			)
			.max(20),
		z.strictObject({}).transform(() => []),
	])
	.optional();

/**
 * Checks metadata that a client sends: known schemas are validated, and the rest is kept unchanged. Only the provider may set the origin.
 *
 * @throws {InvalidRequest}
 */
export function checkMetadata(origin: string, sent: readonly Metadata[]): readonly Metadata[] {
	for (const [i, item] of sent.entries()) {
		const id = knownSchema(origin, item);
		if (id === "origin")
			throw new InvalidRequest([
				{ field: `/metadata/${i}/schema`, expected: "a schema other than origin, which the provider sets itself" },
			]);
		const parsed = id === undefined ? undefined : schemas[id].safeParse(item.data);
		if (id === "poll") assertNoVotes(item, i);
		if (parsed?.success === false)
			throw new InvalidRequest(
				parsed.error.issues.flatMap((issue) =>
					(issue.code === "unrecognized_keys" ? issue.keys : [""]).map((key) => ({
						field: `/metadata/${i}/data/${[...issue.path, key].join("/").replace(/\/$/, "")}`,
						expected: `data that matches the schema ${item.schema}`,
					})),
				),
			);
	}
	return sent;
}

/** Votes are counted by the provider. @throws {InvalidRequest} */
function assertNoVotes({ data }: Metadata, i: number): void {
	const counted = ["votes", "voters", "voted"].filter((name) => Object.hasOwn(Object(data), name));
	if (counted.length > 0)
		throw new InvalidRequest(
			counted.map((name) => ({
				field: `/metadata/${i}/data/${name}`,
				expected: "nothing, since the provider counts the votes",
			})),
		);
}

/** The metadata of a group or channel; absent if there is none. @throws {InvalidRequest} */
export const placeMetadata = (origin: string, sent: readonly Metadata[] = []): readonly Metadata[] | undefined =>
	sent.length === 0 ? undefined : checkMetadata(origin, sent);

const knownSchema = (origin: string, { schema }: Metadata): SchemaId | undefined =>
	schemaIds.find((known) => metaUri(origin, known) === schema);

/**
 * Splits the metadata of a message: the content warning becomes a field of the message.
 *
 * @throws {InvalidRequest}
 */
export function takeMetadata(
	origin: string,
	sent: readonly Metadata[],
): { readonly metadata: readonly Metadata[]; readonly warning?: string } {
	const isWarning = (item: Metadata): boolean => knownSchema(origin, item) === "content-warning";
	const warning = checkMetadata(origin, sent).findLast(isWarning);
	const metadata = sent.filter((item) => !isWarning(item));
	return { metadata, ...(warning === undefined ? {} : { warning: (warning.data as { text: string }).text }) };
}
