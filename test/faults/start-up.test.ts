import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	appendFileSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import test from "ava";
import { createRegistration } from "../../bridges/matrix/registration.ts";
import { type FaultyDisk, faultyDisk } from "../support/faulty-disk.ts";
import { executable, runProgram } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

type Env = Readonly<Record<string, string>>;
/** Where things go wrong. `used` has been a data folder before, `dataDir` has not. */
interface Scene {
	readonly folder: string;
	readonly dataDir: string;
	readonly used: string;
	readonly disk: FaultyDisk;
	/** A port that another program has. */
	readonly taken: number;
}
interface Trouble {
	/** Makes it happen. Returns the settings of the provider. */
	arrange(scene: Scene): Env;
	/** What the line says after `causeway: `: the file or setting, what is wrong with it, what to do. */
	readonly says: RegExp;
}

/** Runs the program until it ends by itself. */
async function run(words: readonly string[], env: Env): Promise<{ code: number | null; lines: readonly string[] }> {
	const child = spawn(process.execPath, [executable, ...words], {
		env: { ...process.env, CAUSEWAY_LOG_LEVEL: "error", CAUSEWAY_LISTEN_PORT: "0", ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	const [output, errors, [code]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, "exit") as Promise<[number | null]>,
	]);
	// What `doctor` finds in order before the trouble goes to the other stream.
	return { code, lines: (words[0] === "doctor" ? errors : `${errors}${output}`).trim().split("\n") };
}

const inUsed = ({ used }: Scene): Env => ({ CAUSEWAY_DATA_DIR: used });
const write = (file: string, content: string | Buffer = ""): string => {
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, content);
	return file;
};
const change = (file: string, sql: string): void => {
	const database = new DatabaseSync(file);
	database.exec(sql);
	database.close();
};
const matrix = (registration: string): Env => ({
	CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
	CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: "http://127.0.0.1:9",
	CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: "hs.test",
	CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: registration,
});
const mongo = (url: string, dataDir: string): Env => ({
	CAUSEWAY_DATA_DIR: dataDir,
	CAUSEWAY_STORE_KIND: "mongodb",
	CAUSEWAY_STORE_URL: url,
});

/** The disk of the data folders is full or read-only. */
function onDisk(scene: Scene, kind: "full" | "read-only", dataDir: string): Env {
	scene.disk.fail(kind);
	return { CAUSEWAY_DATA_DIR: dataDir, ...scene.disk.env };
}

/** What stops the server and every command that opens the store. */
const troubles: Readonly<Record<string, Trouble>> = {
	"the configuration is missing": {
		arrange: ({ folder }) => ({ CAUSEWAY_CONFIG: path.join(folder, "none.yaml") }),
		says: /\/none\.yaml: expected a readable file, found ENOENT/,
	},
	"the configuration is a folder": {
		arrange: ({ folder }) => ({ CAUSEWAY_CONFIG: folder }),
		says: /: expected a readable file, found EISDIR/,
	},
	"the configuration is not text": {
		arrange: ({ folder }) => ({ CAUSEWAY_CONFIG: write(path.join(folder, "c.yaml"), Buffer.alloc(3000, "{\xff\0]")) }),
		says: /\/c\.yaml: expected YAML, found /,
	},
	"the data folder is a file": {
		arrange: ({ dataDir }) => ({ CAUSEWAY_DATA_DIR: write(dataDir) }),
		says: /\/data can't be used: it, or a part of its path, is a file where a folder is needed\..* set dataDir/,
	},
	"the data folder is below a file": {
		arrange: ({ dataDir }) => ({ CAUSEWAY_DATA_DIR: path.join(write(dataDir), "deep", "down") }),
		says: /\/data\/deep\/down can't be used: it, or a part of its path, is a file/,
	},
	"the data folder is where none can be created": {
		arrange: () => ({ CAUSEWAY_DATA_DIR: "/proc/causeway/data" }),
		says: /^\/proc\/causeway\/data can't be used: it does not exist, and can't be created there\. Set dataDir/,
	},
	"the data folder is a link to itself": {
		arrange: ({ dataDir }) => {
			symlinkSync(dataDir, dataDir);
			return { CAUSEWAY_DATA_DIR: dataDir };
		},
		says: /\/data can't be used: it is a symbolic link that leads to itself\. Remove/,
	},
	"the data folder has too long a name": {
		arrange: ({ dataDir }) => ({ CAUSEWAY_DATA_DIR: path.join(dataDir, "x".repeat(300)) }),
		says: /\/x+ can't be used: its path is too long .*\. Set dataDir/,
	},
	"the disk is full at the first start": {
		arrange: (scene) => onDisk(scene, "full", scene.dataDir),
		says: /\/data can't be used: the disk is full\. Free some space/,
	},
	"the disk is full": {
		arrange: (scene) => onDisk(scene, "full", scene.used),
		says: /\/used\/\S+ can't be used: the disk is full\. Free some space/,
	},
	"the disk is read-only at the first start": {
		arrange: (scene) => onDisk(scene, "read-only", scene.dataDir),
		says: /\/data can't be used: its file system is read-only\. Mount it writable/,
	},
	"the disk is read-only": {
		arrange: (scene) => onDisk(scene, "read-only", scene.used),
		says: /\/used can't be used: its file system is read-only\. Mount it writable/,
	},
	"the database is not a database": {
		arrange(scene) {
			write(path.join(scene.dataDir, "causeway.db"), "This is a text.\n".repeat(600));
			return { CAUSEWAY_DATA_DIR: scene.dataDir };
		},
		says: /\/causeway\.db can't be used: it is not an SQLite database\. .*otherwise move it away/,
	},
	"the database is a folder": {
		arrange(scene) {
			mkdirSync(path.join(scene.dataDir, "causeway.db"), { recursive: true });
			return { CAUSEWAY_DATA_DIR: scene.dataDir };
		},
		says: /\/causeway\.db can't be used: it is a folder where a file is needed\. Move/,
	},
	"the database is cut off": {
		arrange(scene) {
			truncateSync(path.join(scene.used, "causeway.db"), 20_000);
			return inUsed(scene);
		},
		says: /\/causeway\.db can't be used: it is damaged\. Restore a backup: see docs\/operations\.md/,
	},
	"the database is overwritten": {
		arrange(scene) {
			const database = new DatabaseSync(path.join(scene.used, "causeway.db"));
			const size = Number(database.prepare("PRAGMA page_size").get()?.["page_size"]);
			database.close();
			const file = path.join(scene.used, "causeway.db");
			truncateSync(file, size);
			appendFileSync(file, Buffer.alloc(size * 40, 0xa5));
			return inUsed(scene);
		},
		says: /\/causeway\.db can't be used: it is damaged\. Restore/,
	},
	"the database is of a newer layout": {
		arrange(scene) {
			change(path.join(scene.used, "causeway.db"), "PRAGMA user_version = 99");
			return inUsed(scene);
		},
		says: /\/causeway\.db was written by a newer version of Causeway \(format 99; .*\)\. Install that version/,
	},
	"a collection of the database is of a newer version": {
		arrange(scene) {
			change(path.join(scene.used, "causeway.db"), "UPDATE collections SET version = 99 WHERE name = 'messages'");
			return inUsed(scene);
		},
		says: /^The collection messages of \S+\/causeway\.db was written by a newer version/,
	},
	"the mark of the newest row is a folder": {
		arrange(scene) {
			rmSync(path.join(scene.used, "causeway.db.newest-row"));
			mkdirSync(path.join(scene.used, "causeway.db.newest-row"));
			return inUsed(scene);
		},
		says: /\/causeway\.db\.newest-row can't be used: it is a folder where a file is needed/,
	},
	"the write-ahead log is a folder": {
		arrange(scene) {
			mkdirSync(path.join(scene.used, "causeway.db-wal"));
			return inUsed(scene);
		},
		says: /\/causeway\.db-wal can't be used: it is a folder where a file is needed/,
	},
	"the key file is missing": {
		arrange(scene) {
			rmSync(path.join(scene.used, "keys", "secrets.key"));
			return inUsed(scene);
		},
		says: /\/keys\/secrets\.key is missing, .* Restore it/,
	},
	"MongoDB is away": {
		arrange: ({ dataDir }) => mongo("mongodb://me:secret@127.0.0.1:9/provider", dataDir),
		says: /^store\.url: the MongoDB server at 127\.0\.0\.1:9 does not answer as it should \(.*\)\. Start it, or correct store\.url$/,
	},
	"the URL of MongoDB has an unknown option": {
		arrange: ({ dataDir }) => mongo("mongodb://127.0.0.1:9/provider?frobnicate=1", dataDir),
		says: /^store\.url is not a valid MongoDB URL \(option frobnicate is not supported\)\. Correct it/,
	},
	"the URL of MongoDB can't be read": {
		arrange: ({ dataDir }) => mongo("mongodb://me:se@cret@a:b:c/provider", dataDir),
		says: /^store\.url is not a valid MongoDB URL\. Correct it/,
	},
};

/** What only stops the server. */
const serverTroubles: Readonly<Record<string, Trouble>> = {
	"the lock is a folder": {
		arrange(scene) {
			rmSync(path.join(scene.used, "server.lock"), { force: true });
			mkdirSync(path.join(scene.used, "server.lock"));
			return inUsed(scene);
		},
		says: /\/server\.lock can't be used: it is a folder where a file is needed/,
	},
	"the lock is damaged": {
		arrange(scene) {
			write(path.join(scene.used, "server.lock"), Buffer.alloc(9000, 0xa5));
			return inUsed(scene);
		},
		says: /\/server\.lock is damaged\. Delete it: it holds no data$/,
	},
	"the port is taken": {
		arrange: (scene) => ({ ...inUsed(scene), CAUSEWAY_LISTEN_PORT: String(scene.taken) }),
		says: /^Can't listen on port \d+ of 127\.0\.0\.1: another program listens there\. Stop it, or set listen\.port$/,
	},
	"the port for metrics is taken": {
		arrange: (scene) => ({ ...inUsed(scene), CAUSEWAY_METRICS_PORT: String(scene.taken) }),
		says: /^Can't listen on port \d+ of 127\.0\.0\.1: another program listens there\. Stop it, or set metrics\.port$/,
	},
	"the registration file is missing": {
		arrange: (scene) => ({ ...inUsed(scene), ...matrix(path.join(scene.folder, "none.yaml")) }),
		says: /^bridges\.matrix\.registration: \S+\/none\.yaml can't be read; there is no such file; make it with: /,
	},
	"the registration file is a folder": {
		arrange: (scene) => ({ ...inUsed(scene), ...matrix(scene.folder) }),
		says: /^bridges\.matrix\.registration: \S+ can't be read; let the user .* \(EISDIR\)$/,
	},
	"the registration file is not YAML": {
		arrange: (scene) => ({ ...inUsed(scene), ...matrix(write(path.join(scene.folder, "r.yaml"), "{: ]")) }),
		says: /^bridges\.matrix\.registration: \S+\/r\.yaml /,
	},
	"the registration file is something else": {
		arrange: (scene) => ({ ...inUsed(scene), ...matrix(write(path.join(scene.folder, "r.yaml"), "id: 7\n")) }),
		says: /^bridges\.matrix\.registration: \S+\/r\.yaml is no registration: .*make a new one with: /,
	},
	"the registration file is for another prefix": {
		arrange(scene) {
			const other = createRegistration({ publicUrl: "http://localhost:1", prefix: "_other_", serverName: "hs.test" });
			return { ...inUsed(scene), ...matrix(write(path.join(scene.folder, "r.yaml"), other)) };
		},
		says: /^bridges\.matrix\.registration: \S+\/r\.yaml .*_other_/,
	},
};

/** A data folder that was used once. */
let template: string;
let remove: () => void;
test.before(async () => {
	const folder = mkdtempSync(path.join(tmpdir(), "causeway-"));
	remove = () => rmSync(folder, { recursive: true, force: true });
	template = path.join(folder, "used");
	await runProgram({ CAUSEWAY_DATA_DIR: template, CAUSEWAY_LOG_LEVEL: "silent" }, ["user", "add", "jane"]);
});
test.after.always(() => remove());

for (const [who, table, words] of [
	["the server", { ...troubles, ...serverTroubles }, ["serve"]],
	["a command", troubles, ["invite", "add"]],
] as const)
	for (const [what, { arrange, says }] of Object.entries(table))
		test.serial(`${who} says in one line that ${what}, and ends with exit code 1`, async (t) => {
			const folder = await temporaryFolder(t);
			const other = createServer().listen(0, "127.0.0.1");
			await once(other, "listening");
			t.teardown(() => other.close());
			const { port: taken } = other.address() as { port: number };
			const used = path.join(folder, "used");
			cpSync(template, used, { recursive: true });
			const env = arrange({
				folder,
				dataDir: path.join(folder, "data"),
				used,
				disk: faultyDisk(folder, folder),
				taken,
			});
			const { code, lines } = await run(words, env);
			t.is(lines.length, 1, lines.join("\n"));
			t.true(lines[0]?.startsWith("causeway: "));
			t.regex(lines[0]?.slice("causeway: ".length) ?? "", says);
			t.notRegex(lines[0] ?? "", /secret@|cret@/);
			t.is(code, 1);
		});

test.serial("every command that opens the store says in one line what is wrong with it", async (t) => {
	const folder = await temporaryFolder(t);
	const file = write(path.join(folder, "data"));
	for (const words of [
		"user add jane",
		"user recover jane",
		"invite add",
		"group give grp_01jd8xq3y3aaaaaaaaaaaaaaaa jane",
		"token add jane",
		"token list jane",
		"token revoke jane id",
		"keys rotate",
		"deliveries replay lane",
		"restore",
		"doctor",
		"matrix list",
		"matrix link chn_01jd8xq3y3aaaaaaaaaaaaaaaa !room:hs.test",
		"matrix unlink chn_01jd8xq3y3aaaaaaaaaaaaaaaa",
	]) {
		const env = { CAUSEWAY_DATA_DIR: file, ...matrix(path.join(folder, "r.yaml")) };
		const { code, lines } = await run(words.split(" "), env);
		t.is(code, 1, words);
		t.is(lines.length, 1, `${words}: ${lines.join("\n")}`);
		t.regex(lines[0] ?? "", /^causeway: \S+\/data can't be used: /, words);
	}
});
