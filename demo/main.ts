/**
 * Shows how messages travel between two providers and an independent fediverse server on this machine. A memo is delivered, a
 * reply and a reaction come back, and an edit and a deletion follow. Every request to an inbox is printed as it was sent.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startFedify } from "../test/peers/fedify.ts";
import { createClient } from "../test/support/client.ts";
import { freePort } from "../test/support/free-port.ts";
import { startGateway } from "../test/support/gateway.ts";
import { until } from "../test/support/wait.ts";
import { namedHomeserver, showMatrix } from "./matrix.ts";
import { exchange, outcome, step } from "./output.ts";
import { type Exchange, openTap } from "./tap.ts";

const giveUp = setTimeout(() => {
	process.stderr.write("The demo was aborted: it took longer than a minute.\n");
	process.exit(1);
}, 60_000).unref();

const folder = await mkdtemp(path.join(tmpdir(), "causeway-demo-"));
const names = new Map<string, string>();

/** Prints the requests to the inboxes of one server, with the name of the server that signed them. */
const reportFor =
	(name: string) =>
	(request: Exchange): void => {
		if (request.method !== "POST" || !request.path.endsWith("inbox")) return;
		const sender =
			/key_?id="https?:\/\/([^/"]+)/i.exec(`${request.headers.signature} ${request.headers["signature-input"]}`)?.[1] ??
			"?";
		exchange(names.get(sender) ?? sender, name, request);
	};

/** Starts a provider behind a tap that prints the requests to its inboxes. */
async function openProvider(
	name: string,
	{ port: fixed, env = {} }: { port?: number; env?: Readonly<Record<string, string>> } = {},
) {
	const tap = await openTap(reportFor(name), fixed);
	const port = await freePort();
	const origin = `http://localhost:${tap.port}`;
	names.set(`localhost:${tap.port}`, name);
	const running = await startGateway(folder, { CAUSEWAY_PUBLIC_URL: origin, ...env }, port);
	tap.forwardTo(port);
	return {
		running,
		origin,
		domain: `localhost:${tap.port}`,
		async person(handle: string) {
			const { token } = await running.person(handle);
			return createClient(origin, `${handle}@localhost:${tap.port}`, token);
		},
		async close() {
			await running[Symbol.asyncDispose]();
			await tap[Symbol.asyncDispose]();
		},
	};
}

step("Two providers, north and south, and an independent fediverse server start");
const homeserver = namedHomeserver(process.env);
const [north, south] = [await openProvider("north", homeserver), await openProvider("south")];
const fediverse = await startFedify({ onRequest: reportFor("fediverse") });
names.set(fediverse.host, "fediverse");
outcome(`north is ${north.origin}, south is ${south.origin}, the fediverse server is ${fediverse.origin}`);

const jane = await north.person("jane");
const carol = await south.person("carol");
const { timeline } = await jane.call("GET", "/api/me");
const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
outcome(
	`jane lives on north (${jane.address}), carol on south (${carol.address}), bob on the fediverse (bob@${fediverse.host})`,
);

step("Carol and Bob follow Jane: each finds her by WebFinger and sends a signed Follow");
await carol.call("POST", "/api/me/follows", { actor: jane.address });
const actor = await fediverse.lookUp(jane.address);
if (actor === null) throw new Error("Bob can't find Jane");
await fediverse.follow("bob", actor);
await fediverse.waitFor((activity) => activity.type === "Accept", "the Accept");
await until("Carol's follow is accepted", async () =>
	(await carol.call("GET", "/api/me/follows")).items.some((item: { state: string }) => item.state === "accepted"),
);
outcome("both follows were accepted");

step("Jane posts a memo on north: one request, one commit, two deliveries");
const memo = await jane.call("POST", messages, {
	type: "memo",
	content: { text: "Hello from **north**", mime: "text/markdown" },
});
const create = await fediverse.waitFor((activity) => activity.type === "Create", "the memo");
const note = (create.json.object as { id: string }).id;
outcome(`the fediverse server has verified and accepted it: ${create.type} ${note}`);
type Item = {
	id: string;
	author: string;
	content: { text: string };
	reactions: { key: string; count: number }[];
	deletedAt?: string;
	replyCount?: number;
};
const home = async (): Promise<Item[]> => (await carol.call("GET", "/api/me/timeline")).items;
const copy = await until("the memo is in Carol's home timeline", async () =>
	(await home()).find((item) => item.content.text.includes("Hello from")),
);
outcome(`carol reads it on south, in her home timeline: “${copy.content.text}”`);

step("Bob replies to it and likes it; Carol reacts");
await fediverse.post("bob", "Hello Jane, greetings from the fediverse", { to: actor, replyTo: note });
await fediverse.like("bob", note, actor);
const place = (await carol.call("GET", "/api/me/follows")).items[0];
await carol.call(
	"PUT",
	`/api/groups/${place.group}/channels/${place.channel}/messages/${copy.id}/reactions/${encodeURIComponent("🎉")}`,
);
const items = await until("the reply and both reactions are at the memo", async () => {
	const list: Item[] = (await jane.call("GET", messages)).items;
	return list.length === 2 && list.find((item) => item.id === memo.id)?.reactions.length === 2 && list;
});
for (const item of items)
	outcome(
		`jane's timeline: ${item.author}: ${item.content.text} ${item.reactions.map((reaction) => `${reaction.key} ${reaction.count}`).join(" ")}`,
	);

if (homeserver !== undefined) await showMatrix(homeserver, north.running, jane, messages);

step("Jane edits the memo and then deletes it: the edit and the deletion reach every server");
await jane.call("PATCH", `${messages}/${memo.id}`, { content: { text: "Hello again from **north**" } });
await fediverse.waitFor((activity) => activity.type === "Update", "the edit");
await until("the edit is in Carol's home timeline", async () =>
	(await home()).some((item) => item.content.text.includes("again")),
);
await jane.call("DELETE", `${messages}/${memo.id}`);
await fediverse.waitFor((activity) => activity.type === "Delete", "the deletion");
await until("it is gone from Carol's home timeline", async () => !(await home()).some((item) => item.id === copy.id));
const { status } = await fetch(note, { headers: { Accept: "application/activity+json" } });
outcome(`the fediverse server has the Delete, the memo is gone from Carol's timeline, and ${note} answers ${status}`);

await Promise.all([north.close(), south.close(), fediverse[Symbol.asyncDispose]()]);
await rm(folder, { recursive: true, force: true });
clearTimeout(giveUp);
process.stdout.write("\nThe demo is complete.\n");
