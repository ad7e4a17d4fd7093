import { readFileSync, cpSync } from "node:fs";
import { api, installCauseway, newest } from "./causeway.ts";
import { openFolder } from "./folder.ts";
import { until, markersOf } from "./verify.ts";
import { startWorker } from "./worker.ts";
const n = Number(process.argv[2] ?? 5000);
using folder = openFolder();
await using remote = await startWorker<any>("load/remote-host.ts");
await using load = await startWorker<any>("load/inbox-load.ts");
const senders = await remote.call("open", 10);
const causeway = await installCauseway(folder.path);
await causeway.command("user", "add", "jane");
const token = await causeway.command("token", "add", "jane");
{ await using server = await causeway.serve();
const jane = await api<any>(causeway, token, "GET", "/api/me");
const mentioned = { id: jane.actor, address: `jane@localhost:${causeway.port}` };
for (const { address } of senders) await api(causeway, token, "POST", "/api/me/follows", { actor: address });
await until("follows", async () => (await api<any>(causeway, token, "GET", "/api/me/follows")).items.every((i: any) => i.state === "accepted"));
const io = () => Number(/write_bytes: (\d+)/.exec(readFileSync(`/proc/${server.pid}/io`, "utf8"))![1]);
const wc = () => Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${server.pid}/io`, "utf8"))![1]);
const cpu = () => { const f = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1]!.split(" "); return [Number(f[11]) * 10, Number(f[12]) * 10]; };
for (let r = 0; r < 4; r++) {
	await load.call("prepare", { senders, inbox: `${jane.actor}/inbox`, mentioned, markers: markersOf("c", r, n) });
	const [a, b, c] = [io(), wc(), cpu()];
	const v = await load.call("fire", 50);
	const d = cpu();
	console.log(r, "rate", (n / v.seconds).toFixed(0), "p99", v.p99, "write_bytes/item", (io() - a) / n, "wchar/item", (wc() - b) / n, "user us", ((d[0]! - c[0]!) / n * 1000).toFixed(0), "sys us", ((d[1]! - c[1]!) / n * 1000).toFixed(0));
}
}
cpSync(folder.path, "/tmp/lead/probe", { recursive: true });
