import test from "ava";
import { Unavailable } from "#core/errors.ts";
import type { BridgeResponse } from "#core/ports/bridge/request.ts";
import { textOf } from "../../support/answer-text.ts";
import { event, openScene, room, textEvent, token } from "./matrix-scene.ts";

const transactions = "/_matrix/app/v1/transactions/1";
const ping = "/_matrix/app/v1/ping";
const errcode = (answered: BridgeResponse): unknown => JSON.parse(textOf(answered)).errcode;

test("without the homeserver's token nothing is answered, and no body is read", async (t) => {
	const { ask } = openScene();
	const onBody = (): void => t.fail("The body was read");
	const cases: readonly (readonly [number, string, object])[] = [
		[401, "M_MISSING_TOKEN", { headers: {} }],
		[401, "M_MISSING_TOKEN", { headers: { authorization: "Basic YTpi" } }],
		[403, "M_FORBIDDEN", { headers: { authorization: "Bearer wrong" } }],
		[403, "M_FORBIDDEN", { headers: { authorization: `Bearer ${token}x` } }],
		[403, "M_FORBIDDEN", { headers: {}, query: "?access_token=wrong" }],
		[403, "M_FORBIDDEN", { headers: { authorization: `Bearer ${token}` }, query: "?access_token=wrong" }],
		[403, "M_FORBIDDEN", { headers: { authorization: "Bearer wrong" }, query: `?access_token=${token}` }],
		[403, "M_FORBIDDEN", { headers: {}, query: `?access_token=${token}&access_token=wrong` }],
	];
	for (const [status, code, options] of cases) {
		const answered = await ask("PUT", transactions, { ...options, onBody });
		t.is(answered.status, status);
		t.is(errcode(answered), code);
		t.false(textOf(answered).includes(token));
	}
});

test("the token is taken from the header, from the query, and from both if they agree", async (t) => {
	const { ask } = openScene();
	for (const options of [
		{},
		{ headers: { authorization: `bearer ${token}` } },
		{ headers: {}, query: `?access_token=${token}` },
		{ headers: { authorization: `Bearer ${token}` }, query: `?access_token=${token}` },
	])
		t.is((await ask("POST", ping, options)).status, 200);
});

test("unknown paths and methods are answered in Matrix' own words", async (t) => {
	const { ask } = openScene();
	for (const path of [
		"/_matrix/app/v1/",
		"/_matrix/app/v1/nothing",
		"/_matrix/app/v1/transactions",
		"/_matrix/app/v1/transactions/",
		"/_matrix/app/v1/transactions/1/2",
		"/_matrix/app/v1/ping/1",
		"/_matrix/app/v1/constructor/1",
		"/_matrix/app/v1/__proto__/1",
		"/_matrix/client/v3/sync",
		"/_matrix",
	]) {
		const answered = await ask("GET", path);
		t.is(answered.status, 404, path);
		t.is(errcode(answered), "M_UNRECOGNIZED");
	}
	for (const [method, path] of [
		["POST", transactions],
		["GET", transactions],
		["GET", ping],
		["PUT", "/_matrix/app/v1/users/@a:b"],
		["DELETE", "/_matrix/app/v1/rooms/%23a:b"],
	] as const) {
		const answered = await ask(method, path);
		t.is(answered.status, 405, `${method} ${path}`);
		t.is(errcode(answered), "M_UNRECOGNIZED");
	}
	t.is((await ask("GET", "/_matrix/app/v1/users/%ff")).status, 400);
});

test("what is no transaction is refused, and nothing of it is kept", async (t) => {
	const { ask, said } = openScene();
	const event = JSON.stringify(textEvent("hi"));
	const cases: readonly (readonly [string, number, string])[] = [
		["", 400, "M_NOT_JSON"],
		["{", 400, "M_NOT_JSON"],
		[`{"events":[${event}]`, 400, "M_NOT_JSON"],
		["null", 400, "M_BAD_JSON"],
		["[]", 400, "M_BAD_JSON"],
		[`[${event}]`, 400, "M_BAD_JSON"],
		["[".repeat(50_000) + "]".repeat(50_000), 400, "M_BAD_JSON"],
		["{}", 400, "M_BAD_JSON"],
		[`{"events":{"0":${event}}}`, 400, "M_BAD_JSON"],
		[`{"__proto__":{},"events":[${event}]}`, 400, "M_BAD_JSON"],
		[`{"events":[${event}],"constructor":{}}`, 400, "M_BAD_JSON"],
		[JSON.stringify({ events: [], padding: "x".repeat(17 * 1024 * 1024) }), 413, "M_TOO_LARGE"],
	];
	for (const [body, status, code] of cases) {
		const answered = await ask("PUT", transactions, { body });
		t.is(answered.status, status, body.slice(0, 60));
		t.is(errcode(answered), code);
	}
	t.is(said().length, 0);
});

test("a transaction is answered {} in JSON; what is not known of it is passed over", async (t) => {
	const { ask, said } = openScene();
	const answered = await ask("PUT", "/_matrix/app/v1/transactions/a%2Fb", {
		body: JSON.stringify({
			events: [textEvent("hi")],
			ephemeral: [{ type: "m.typing" }],
			"de.sorunome.msc2409.to_device": [1],
		}),
	});
	t.is(answered.status, 200);
	t.is(answered.body, "{}");
	t.is(answered.headers?.["content-type"], "application/json");
	t.is(said().length, 1);
	t.is((await ask("PUT", transactions, { body: '{"events":[]}' })).status, 200);
});

test("a ping is answered, asked for or not", async (t) => {
	const { ask } = openScene();
	for (const body of ["{}", '{"transaction_id":null}', '{"transaction_id":"x"}', ""])
		t.is((await ask("POST", ping, { body })).status, 200);
});

test("users and rooms that are not ours are not found; our people are, and have a ghost from then on", async (t) => {
	const { ask, host, homeserver } = openScene();
	host.person("jane");
	host.person("_matrix_alice_hs.test", { origin: { bridge: host.about.bridge, id: "@alice:hs.test" } });
	host.person("hermit", { bridgeable: false });
	const user = (id: string) => ask("GET", `/_matrix/app/v1/users/${encodeURIComponent(id)}`);
	for (const id of [
		"@alice:hs.test",
		"@_ofscp_nobody=40here.example:hs.test",
		"@_ofscp_hermit=40here.example:hs.test",
		"@_ofscp__matrix_alice_hs.test=40here.example:hs.test",
		"@_ofscp_=6aane=40here.example:hs.test",
	]) {
		const answered = await user(id);
		t.is(answered.status, 404, id);
		t.is(errcode(answered), "M_NOT_FOUND");
	}
	t.is(homeserver.asked.length, 0);
	t.is((await user("@_ofscp_jane=40here.example:hs.test")).status, 200);
	t.true(homeserver.lines().includes("POST /register"));
	t.is((await user("@_ofscp_bot:hs.test")).status, 200);
	t.is(errcode(await ask("GET", "/_matrix/app/v1/rooms/%23_ofscp_x:hs.test")), "M_NOT_FOUND");
});

test("a ghost whose name is too long to be read back is found once it was made", async (t) => {
	const { ask, host, bridge, portals } = openScene();
	const long = host.person("x".repeat(300));
	const ghost = "@_ofscp_sha256-";
	const place = host.channel(long, "public");
	portals.set(room, { ...(portals.get(room) as never as object), channel: place.channel.id } as never);
	const delivery = host.delivery(host.say(long, place, "hi"), room);
	await bridge.deliver(delivery, AbortSignal.timeout(60_000));
	const made = (await host.state.list("ghost:", { limit: 1 }))[0]?.key.slice("ghost:".length) as string;
	t.true(made.startsWith(ghost));
	t.is((await ask("GET", `/_matrix/app/v1/users/${encodeURIComponent(made)}`)).status, 200);
});

test("when nothing can be stored the homeserver is asked to come again", async (t) => {
	const { push, host } = openScene();
	Object.assign(host, {
		receive: async () => {
			throw new Unavailable("Nothing can be stored now");
		},
	});
	const answered = await push([textEvent("hi")]);
	t.is(answered.status, 503);
	t.is(errcode(answered), "M_UNKNOWN");
	t.is((await push([event("m.room.topic", { topic: "x" }, { state_key: "" })])).status, 200);
});
