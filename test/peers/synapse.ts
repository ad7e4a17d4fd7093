import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { createRegistration, readRegistration } from "../../bridges/matrix/registration.ts";
import { freePort } from "../support/free-port.ts";
import { until } from "../support/wait.ts";

const python = path.join(import.meta.dirname, "..", "..", ".peers", "synapse", "bin", "python");

export interface MatrixEvent {
	readonly event_id: string;
	readonly type: string;
	readonly sender: string;
	readonly state_key?: string;
	readonly content: Readonly<Record<string, any>>;
	readonly unsigned?: Readonly<Record<string, unknown>>;
}

/** A user of the homeserver with a client. */
export interface SynapseUser {
	readonly userId: string;
	createRoom(options?: Record<string, unknown>): Promise<string>;
	invite(room: string, user: string): Promise<void>;
	join(room: string): Promise<void>;
	leave(room: string): Promise<void>;
	setPower(room: string, user: string, level: number): Promise<void>;
	setState(room: string, type: string, content: object): Promise<void>;
	send(room: string, type: string, content: object): Promise<string>;
	sendText(room: string, text: string): Promise<string>;
	reply(room: string, event: string, text: string): Promise<string>;
	edit(room: string, event: string, text: string): Promise<string>;
	react(room: string, event: string, key: string): Promise<string>;
	redact(room: string, event: string): Promise<string>;
	/** The newest events of a room, oldest first. */
	messages(room: string): Promise<readonly MatrixEvent[]>;
	/** The user ids of the joined members of a room. */
	members(room: string): Promise<readonly string[]>;
}

/** A real homeserver. */
export interface Synapse {
	readonly url: string;
	readonly serverName: string;
	readonly registrationFile: string;
	readonly asToken: string;
	readonly hsToken: string;
	registerUser(name: string): Promise<SynapseUser>;
	/** Stops it and starts it again; its transactions are numbered from 1 again. */
	restart(): Promise<void>;
	kill9(): Promise<void>;
	start(): Promise<void>;
	stop(): Promise<void>;
}

export interface SynapseOptions {
	/** Where the homeserver reaches the provider. */
	readonly appserviceUrl: string;
	/** Holds all data of this homeserver; created if it does not exist. */
	readonly folder: string;
	readonly prefix?: string;
	/** A registration file that exists; absent: one is made. */
	readonly registration?: string;
	readonly port?: number;
}

const generous = { per_second: 1000, burst_count: 1000 };
const secret = "registration";

function configuration(folder: string, port: number, serverName: string, registrationFile: string): object {
	return {
		server_name: serverName,
		pid_file: path.join(folder, "homeserver.pid"),
		listeners: [
			{
				port,
				tls: false,
				type: "http",
				bind_addresses: ["127.0.0.1"],
				resources: [{ names: ["client"], compress: false }],
			},
		],
		database: { name: "sqlite3", args: { database: path.join(folder, "homeserver.db") } },
		media_store_path: path.join(folder, "media"),
		signing_key_path: path.join(folder, "signing.key"),
		trusted_key_servers: [],
		suppress_key_server_warning: true,
		report_stats: false,
		registration_shared_secret: secret,
		macaroon_secret_key: "macaroon",
		form_secret: "form",
		bcrypt_rounds: 4,
		app_service_config_files: [registrationFile],
		rc_message: generous,
		rc_room_creation: generous,
		rc_registration: generous,
		rc_login: { address: generous, account: generous, failed_attempts: generous },
		rc_joins: { local: generous, remote: generous },
		rc_invites: { per_room: generous, per_user: generous, per_issuer: generous },
	};
}

/** Starts a Synapse on a free port, with a registration of ours. It ends when it is stopped, or with this process. */
export async function startSynapse({
	appserviceUrl,
	folder,
	prefix = "_ofscp_",
	registration,
	port: wanted,
}: SynapseOptions): Promise<Synapse> {
	if (!existsSync(python)) throw new Error("There is no Synapse on this machine; npm run provision installs it");
	await mkdir(folder, { recursive: true });
	const port = wanted ?? (await freePort());
	const url = `http://127.0.0.1:${port}`;
	const serverName = "hs.test";
	const registrationFile = registration ?? path.join(folder, "registration.yaml");
	const configFile = path.join(folder, "homeserver.yaml");
	if (registration === undefined)
		await writeFile(registrationFile, createRegistration({ publicUrl: appserviceUrl, prefix, serverName }));
	await writeFile(configFile, stringify(configuration(folder, port, serverName, registrationFile)));
	const { as_token: asToken, hs_token: hsToken } = readRegistration(registrationFile);
	let child: ChildProcess | undefined;

	function run(...args: readonly string[]): ChildProcess {
		const log = createWriteStream(path.join(folder, "homeserver.log"), { flags: "a" });
		const started = spawn(python, ["-m", "synapse.app.homeserver", "-c", configFile, ...args], {
			cwd: folder,
			stdio: ["ignore", "pipe", "pipe"],
		});
		started.stdout.pipe(log);
		started.stderr.pipe(log);
		const end = (): void => void started.kill("SIGKILL");
		process.once("exit", end);
		started.once("exit", () => process.off("exit", end));
		return started;
	}
	const ended = (process: ChildProcess): Promise<void> =>
		process.exitCode !== null || process.signalCode !== null
			? Promise.resolve()
			: new Promise((resolve) => process.once("exit", () => resolve()));

	async function start(): Promise<void> {
		child = run();
		const running = child;
		await until("the homeserver answers", async () => {
			if (running.exitCode !== null)
				throw new Error(
					`The homeserver ended: ${(await readFile(path.join(folder, "homeserver.log"), "utf8")).slice(-2000)}`,
				);
			const answer = await fetch(`${url}/_matrix/client/versions`).catch(() => undefined);
			return answer?.ok === true;
		});
	}
	async function end(signal: NodeJS.Signals): Promise<void> {
		if (child === undefined) return;
		child.kill(signal);
		await ended(child);
	}

	await ended(run("--generate-keys"));
	await start();
	return {
		url,
		serverName,
		registrationFile,
		asToken,
		hsToken,
		start,
		stop: () => end("SIGTERM"),
		kill9: () => end("SIGKILL"),
		async restart() {
			await end("SIGTERM");
			await start();
		},
		registerUser: (name) => registerUser(url, name),
	};
}

async function registerUser(url: string, username: string): Promise<SynapseUser> {
	const admin = `${url}/_synapse/admin/v1/register`;
	const { nonce } = (await (await fetch(admin)).json()) as { nonce: string };
	const password = "password";
	const mac = createHmac("sha1", secret).update([nonce, username, password, "notadmin"].join("\0")).digest("hex");
	const answer = await fetch(admin, {
		method: "POST",
		body: JSON.stringify({ nonce, username, password, admin: false, mac }),
	});
	const { user_id: userId, access_token: token } = (await answer.json()) as { user_id: string; access_token: string };
	return createUser(url, userId, token);
}

let transactions = 0;

function createUser(url: string, userId: string, token: string): SynapseUser {
	async function call(method: string, route: string, body?: object): Promise<any> {
		const answer = await fetch(`${url}/_matrix/client/v3${route}`, {
			method,
			headers: { Authorization: `Bearer ${token}` },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const answered = await answer.json();
		if (!answer.ok) throw new Error(`${userId}: ${method} ${route}: ${answer.status} ${JSON.stringify(answered)}`);
		return answered;
	}
	const at = (room: string, rest: string): string => `/rooms/${encodeURIComponent(room)}/${rest}`;
	const send = async (room: string, type: string, content: object): Promise<string> =>
		(await call("PUT", at(room, `send/${type}/t${process.pid}-${++transactions}`), content)).event_id;
	const text = (body: string) => ({ msgtype: "m.text", body, "m.mentions": {} });
	const setState = async (room: string, type: string, content: object): Promise<void> =>
		void (await call("PUT", at(room, `state/${type}/`), content));

	return {
		userId,
		createRoom: async (options = {}) => (await call("POST", "/createRoom", options)).room_id,
		invite: async (room, user) => void (await call("POST", at(room, "invite"), { user_id: user })),
		join: async (room) => void (await call("POST", `/join/${encodeURIComponent(room)}`, {})),
		leave: async (room) => void (await call("POST", at(room, "leave"), {})),
		async setPower(room, user, level) {
			const levels = await call("GET", at(room, "state/m.room.power_levels/"));
			await setState(room, "m.room.power_levels", { ...levels, users: { ...levels.users, [user]: level } });
		},
		setState,
		send,
		sendText: (room, body) => send(room, "m.room.message", text(body)),
		reply: (room, event, body) =>
			send(room, "m.room.message", { ...text(body), "m.relates_to": { "m.in_reply_to": { event_id: event } } }),
		edit: (room, event, body) =>
			send(room, "m.room.message", {
				...text(`* ${body}`),
				"m.new_content": text(body),
				"m.relates_to": { rel_type: "m.replace", event_id: event },
			}),
		react: (room, event, key) =>
			send(room, "m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: event, key } }),
		redact: async (room, event) =>
			(await call("PUT", at(room, `redact/${encodeURIComponent(event)}/t${process.pid}-${++transactions}`), {}))
				.event_id,
		messages: async (room) => (await call("GET", at(room, "messages?dir=b&limit=200"))).chunk.reverse(),
		members: async (room) => Object.keys((await call("GET", at(room, "joined_members"))).joined),
	};
}
