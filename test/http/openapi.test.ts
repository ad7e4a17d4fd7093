import test from "ava";
import { errorCodes } from "#core/error-codes.ts";
import { openDoor } from "./door.ts";

interface Operation {
	readonly operationId: string;
	readonly summary: string;
	readonly tags: readonly string[];
	readonly parameters: readonly { readonly name: string; readonly in: string }[];
	// biome-ignore lint/suspicious/noExplicitAny: tests look into responses of every shape
	readonly responses: Readonly<Record<string, any>>;
}

async function readDocument() {
	await using door = await openDoor();
	const { body } = await door.ask("GET", "/api/openapi.json");
	const operations = Object.values(body.paths as object).flatMap((path: object) => Object.values(path) as Operation[]);
	return { document: body, operations };
}

test("every operation has a unique id, a summary, a tag and described responses", async (t) => {
	const { document, operations } = await readDocument();
	t.true(operations.length > 60);
	t.is(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
	const tags = new Set(document.tags.map(({ name }: { name: string }) => name));
	for (const { operationId, summary, tags: own, responses } of operations) {
		t.regex(operationId, /^[a-z][A-Za-z]+$/);
		t.regex(summary, /^[A-Z].*[^.]$/, operationId);
		t.true(own.length === 1 && tags.has(own[0]), operationId);
		const successes = Object.keys(responses).filter((status) => Number(status) < 300);
		t.true(successes.length > 0 || "308" in responses, operationId);
		for (const status of successes)
			t.is(
				"content" in responses[status],
				status !== "204" && operationId !== "requestRecovery",
				`${operationId} ${status}`,
			);
	}
});

test("responses and their headers are described by named schemas", async (t) => {
	const { document } = await readDocument();
	const path = "/api/groups/{g}/channels/{c}/messages";
	const posting = document.paths[path].post;
	t.deepEqual(posting.responses[201].content["application/json"].schema.anyOf, [
		{ $ref: "#/components/schemas/Message" },
		{ $ref: "#/components/schemas/Reaction" },
	]);
	t.true(posting.responses[201].headers.Location.required);
	t.false(posting.responses[201].headers["Idempotency-Replayed"].required);
	t.deepEqual(
		posting.parameters.map(({ name }: { name: string }) => name),
		["g", "c", "Idempotency-Key"],
	);
	const listing = document.paths[path].get.responses[200].content["application/json"].schema;
	t.deepEqual(listing.properties, {
		items: { type: "array", items: { $ref: "#/components/schemas/Message" } },
		page: { $ref: "#/components/schemas/Page" },
	});
	const me = document.paths["/api/me"];
	t.truthy(me.get.responses[304].headers.ETag);
	t.deepEqual(
		me.patch.parameters.map(({ name }: { name: string }) => name),
		["If-Match"],
	);
	const live = document.paths["/api/events"].get;
	t.deepEqual(Object.keys(live.responses[200].content), ["text/event-stream"]);
	t.deepEqual(
		live.parameters.map(({ name }: { name: string }) => name),
		["channels", "lastEventId", "Last-Event-ID"],
	);
	t.deepEqual(live.security, [{ bearer: [] }, { signature: [] }]);
});

test("problems are described by status, with the operation's error codes for each", async (t) => {
	const { document, operations } = await readDocument();
	const resolve = (response: { $ref?: string }) =>
		response.$ref === undefined ? response : document.components.responses[response.$ref.split("/").at(-1) as string];
	for (const { operationId, responses } of operations) {
		for (const [status, written] of Object.entries(responses).filter(([status]) => Number(status) >= 400)) {
			const { schema } = resolve(written).content["application/problem+json"];
			t.deepEqual(schema.allOf[0], { $ref: "#/components/schemas/Problem" });
			for (const code of schema.allOf[1].properties.errorCode.enum as (keyof typeof errorCodes)[])
				t.is<number, number>(errorCodes[code].status, Number(status), `${operationId} ${code}`);
		}
	}
	const codesOf = (id: string, status: number) =>
		resolve(operations.find(({ operationId }) => operationId === id)?.responses[status]).content[
			"application/problem+json"
		].schema.allOf[1].properties.errorCode.enum;
	t.true(codesOf("postMessage", 409).includes("duplicate_client_message_id"));
	t.true(codesOf("postMessage", 403).includes("not_joined"));
	t.deepEqual(codesOf("editMessage", 409), ["already_deleted"]);
	t.deepEqual(codesOf("streamEvents", 406), ["not_acceptable"]);
	t.deepEqual(Object.keys(operations.find(({ operationId }) => operationId === "listTiers")?.responses ?? {}), [
		"200",
		"408",
		"429",
		"431",
		"500",
		"503",
	]);
	t.deepEqual(document.components.schemas.ErrorCode.enum.toSorted(), Object.keys(errorCodes).toSorted());
});
