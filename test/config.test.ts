import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { parse } from "yaml";
import { configSchema as activitypub } from "../bridges/activitypub/config.ts";
import { configSchema as matrix } from "../bridges/matrix/config.ts";
import { keysOf, nameOf, variableOf } from "../src/config/keys.ts";
import { ConfigError, configSchema, domainOf, loadConfig } from "../src/config.ts";

const bridges = { activitypub, matrix };
const inRepository = (name: string): string => path.join(import.meta.dirname, "..", name);

/** The configuration of a file with `yaml`, or the lines of its problems. */
function load(yaml: string, env: Record<string, string> = {}) {
	const folder = mkdtempSync(path.join(tmpdir(), "causeway-config-"));
	const file = path.join(folder, "causeway.yaml");
	writeFileSync(file, yaml);
	try {
		return { config: loadConfig({ file, env, bridges }), wrong: [] };
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		return {
			config: undefined,
			wrong: error.message.replaceAll(` (in ${file})`, "").replaceAll(file, "FILE").split("\n"),
		};
	} finally {
		rmSync(folder, { recursive: true });
	}
}

test("default.yaml has every key of the schema at its default", (t) => {
	t.deepEqual(parse(readFileSync(inRepository("config/default.yaml"), "utf8")), configSchema(bridges).parse({}));
});

test("default.yaml has a comment for every key or group of keys", (t) => {
	const lines = readFileSync(inRepository("config/default.yaml"), "utf8").split("\n");
	const named = lines.flatMap((line, at) =>
		/^ *[a-zA-Z]+: \S/.test(line) ? [{ line, before: lines[at - 1] ?? "" }] : [],
	);
	const bare = named
		.filter(({ before }) => !before.trimStart().startsWith("#"))
		.map(({ line }) => line.trim().split(":")[0]);
	// These two are covered by the comment of the key before them.
	t.deepEqual(bare, ["jsonNodes", "articleBytes"]);
});

test("example.yaml and default.yaml are valid configurations", (t) => {
	const example = loadConfig({ file: inRepository("config/example.yaml"), env: {}, bridges });
	t.is(example.bridges["matrix"]?.["serverName"], "social.example");
	t.deepEqual(
		loadConfig({ file: inRepository("config/default.yaml"), env: {}, bridges }),
		loadConfig({ env: {}, bridges }),
	);
});

test("every key has a variable of its own", (t) => {
	const keys = keysOf(configSchema(bridges));
	const variables = keys.map(variableOf);
	t.is(new Set(variables).size, keys.length);
	t.deepEqual(keys.slice(0, 2).map(nameOf), ["publicUrl", "listen.host"]);
	t.true(variables.includes("CAUSEWAY_PUBLIC_URL"));
	t.true(variables.includes("CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL"));
	t.true(variables.includes("CAUSEWAY_STORE_URL"));
});

test("an empty file gives the defaults, frozen, with an absolute data folder", (t) => {
	const { config } = load("");
	t.is(config?.publicUrl, "http://localhost:8480");
	t.is(config?.dataDir, path.resolve("data"));
	t.true(Object.isFrozen(config?.limits.post));
	t.deepEqual(load("federation:\n").config, config);
});

test("the environment overrides the file: text, numbers, flags, lists and keys of another kind", (t) => {
	const { config, wrong } = load("publicUrl: https://a.example\nlisten: { port: 1 }\nstore: { kind: sqlite }", {
		CAUSEWAY_PUBLIC_URL: "https://b.example:8448",
		CAUSEWAY_LISTEN_PORT: "8481",
		CAUSEWAY_INSTANCE_NAME: "42",
		CAUSEWAY_LIMITS_SCALE: "2.5",
		CAUSEWAY_FEDERATION_AUTHORIZED_FETCH: "true",
		CAUSEWAY_FEDERATION_DENY: "spam.example, other.example:81",
		CAUSEWAY_FEDERATION_ALLOW: "",
		CAUSEWAY_STORE_KIND: "mongodb",
		CAUSEWAY_STORE_URL: "mongodb://localhost/causeway",
		CAUSEWAY_CONFIG: "elsewhere.yaml",
		PATH: "/bin",
	});
	t.deepEqual(wrong, []);
	t.like(config, {
		publicUrl: "https://b.example:8448",
		listen: { host: "127.0.0.1", port: 8481 },
		instance: { name: "42" },
		limits: { scale: 2.5 },
		federation: { authorizedFetch: true, deny: ["spam.example", "other.example:81"], allow: [] },
		store: { kind: "mongodb", url: "mongodb://localhost/causeway" },
	});
});

test("all problems are reported at once, each with its key, the expected and the found value, and the source", (t) => {
	const { wrong } = load(
		"listn: 1\nlisten: { prt: 8480 }\nlimits: { post: { points: 0 } }\nlog: loud\nbridges: { xmpp: { enabled: true } }",
		{
			CAUSEWAY_LISTEN_PORT: "http",
			CAUSEWAY_FEDERATION_DENY: "spam.example,https://x.example/",
			CAUSEWAY_REGISTRATION_MODUS: "open",
		},
	);
	t.deepEqual(wrong.toSorted(), [
		"CAUSEWAY_REGISTRATION_MODUS: expected the variable of a key, such as CAUSEWAY_PUBLIC_URL, found a variable that does not exist (in the environment)",
		"bridges.xmpp: expected one of the keys activitypub, matrix, found a key that does not exist",
		'federation.deny.1: expected a domain such as social.example or social.example:8448, found "https://x.example/" (in CAUSEWAY_FEDERATION_DENY)',
		"limits.post.points: expected a whole number from 1 to 1000000000, found 0",
		'listen.port: expected a whole number from 0 to 65535, found "http" (in CAUSEWAY_LISTEN_PORT)',
		"listen.prt: expected one of the keys host, port, behindProxy, found a key that does not exist",
		"listn: expected one of the keys publicUrl, listen, dataDir, instance, store, queue, registration, federation, bridges, messages, events, delivery, storage, limits, mail, metrics, log, found a key that does not exist",
		'log: expected a section with keys, found "loud"',
	]);
});

test("metrics beyond this machine need a token", (t) => {
	for (const host of ["0.0.0.0", "::", "10.0.0.5", "metrics.example"])
		t.deepEqual(load(`metrics: { port: 9480, host: "${host}" }`).wrong, [
			`metrics.token: expected a token of at least 16 letters, digits and -._~+/=, because metrics.host (${host}) is not on this machine only, found nothing`,
		]);
	for (const host of ["127.0.0.1", "localhost", "::1"])
		t.deepEqual(load(`metrics: { port: 9480, host: "${host}" }`).wrong, []);
	t.deepEqual(load("metrics: { port: 9480, host: 0.0.0.0, token: 0123456789abcdef }").wrong, []);
	for (const token of ["short", "spaces are not allowed in it"])
		t.is(load(`metrics: { token: "${token}" }`).wrong.length, 1, token);
});

test("a renamed key is rejected with its new name, in the file and in the environment", (t) => {
	t.deepEqual(load("limits: { matrixBodyBytes: 1048576 }", { CAUSEWAY_LIMITS_MATRIX_BODY_BYTES: "1048576" }).wrong, [
		"CAUSEWAY_LIMITS_MATRIX_BODY_BYTES: expected CAUSEWAY_BRIDGES_MATRIX_TRANSACTION_BYTES, the new name of this variable, found its old name (in the environment)",
		"limits.matrixBodyBytes: expected bridges.matrix.transactionBytes, the new name of this key, found its old name",
	]);
	const { config, wrong } = load("", { CAUSEWAY_BRIDGES_MATRIX_TRANSACTION_BYTES: "1048576" });
	t.deepEqual(wrong, []);
	t.is(config?.bridges["matrix"]?.["transactionBytes"], 1_048_576);
	t.deepEqual(load("bridges: { matrix: { transactionBytes: 5 } }").wrong, [
		"bridges.matrix.transactionBytes: expected a whole number from 1048576 to 268435456, found 5",
	]);
});

test("a backend that does not exist yet and incomplete settings are rejected by name", (t) => {
	t.deepEqual(load("queue: { kind: redis, url: redis://localhost }").wrong, [
		'queue.kind: expected embedded: the redis backend does not exist yet, found "redis"',
	]);
	t.deepEqual(load("mail: { url: 'http://me:secret@mail.example' }").wrong, [
		'mail.url: expected nothing, or a URL that begins with smtp:// or smtps://, found "http://…@mail.example"',
		"mail.from: expected the sender address of mail, because mail.url is set, found nothing",
	]);
	t.deepEqual(load("mail: { url: 'smtp://mail.example', from: causeway@social.example }").wrong, []);
	t.deepEqual(load("store: { kind: mysql }").wrong, ['store.kind: expected sqlite or mongodb, found "mysql"']);
	t.deepEqual(load("store: { kind: mongodb }").wrong, [
		"store.url: expected a URL that begins with mongodb:// or mongodb+srv://, found nothing",
	]);
	t.deepEqual(load("store: { kind: sqlite, url: 'mongodb://me:secret@db' }").wrong, [
		'store.url: expected no such key with kind "sqlite", found "mongodb://…@db"',
	]);
});

test("publicUrl must be an origin", (t) => {
	for (const wrong of [
		"https://a.example/",
		"https://a.example/x",
		"https://A.example",
		"https://a.example:443",
		"a.example",
		"ftp://a.example",
		"https://u:p@a.example",
		"7",
	])
		t.regex(load("", { CAUSEWAY_PUBLIC_URL: wrong }).wrong.join(), /^publicUrl: expected an origin such as/, wrong);
	for (const right of ["https://a.example", "http://localhost:8480", "https://a.example:8448", "http://[::1]:8080"])
		t.deepEqual(load("", { CAUSEWAY_PUBLIC_URL: right }).wrong, [], right);
});

test("insecureLocalhost is accepted only for a provider on localhost", (t) => {
	const withUrl = (publicUrl: string) => load(`publicUrl: ${publicUrl}\nfederation: { insecureLocalhost: true }`).wrong;
	for (const local of ["http://localhost:1234", "http://127.0.0.1:8480", "http://127.3.2.1", "'http://[::1]:8480'"])
		t.deepEqual(withUrl(local), [], local);
	for (const elsewhere of ["https://a.example", "http://127.example", "http://localhost.example", "http://10.0.0.1"])
		t.regex(
			withUrl(elsewhere).join(),
			/^federation.insecureLocalhost: expected false, because publicUrl \(.*\) is not on localhost/,
			elsewhere,
		);
});

test("an enabled Matrix bridge needs its homeserver", (t) => {
	const enabled = (more: string) =>
		load(`bridges: { matrix: { enabled: true${more} } }`).wrong.map((line) => line.split(":")[0]);
	t.deepEqual(enabled(""), ["bridges.matrix.homeserverUrl", "bridges.matrix.serverName"]);
	t.deepEqual(enabled(", homeserverUrl: 'http://127.0.0.1:8008', serverName: hs.example"), []);
	t.deepEqual(enabled(", homeserverUrl: 'http://127.0.0.1:8008/', serverName: 'a/b'"), [
		"bridges.matrix.homeserverUrl",
		"bridges.matrix.serverName",
	]);
});

test("an unreadable file and invalid YAML are each reported in one line", (t) => {
	t.deepEqual(load("a: 1\na: 2").wrong, ["FILE: expected YAML, found Map keys must be unique at line 2, column 1"]);
	t.deepEqual(load("- a").wrong, ['the configuration: expected a mapping of keys to values, found ["a"]']);
	const { message } = t.throws(() => loadConfig({ file: "/nowhere/causeway.yaml", env: {}, bridges }), {
		instanceOf: ConfigError,
	});
	t.regex(message, /^\/nowhere\/causeway.yaml: expected a readable file, found ENOENT/);
});

test("a key named __proto__ is an unknown key like any other", (t) => {
	t.regex(load("__proto__: { a: 1 }").wrong.join(), /^__proto__: expected one of the keys/);
});

test("the domain includes a port unless it is the default port of the scheme", (t) => {
	t.is(domainOf("https://social.example"), "social.example");
	t.is(domainOf("http://localhost:8480"), "localhost:8480");
	t.is(domainOf("http://localhost:80"), "localhost");
});
