import { api, installCauseway, type Server } from "./causeway.ts";
import { openFolder } from "./folder.ts";
import { addFollowers, type Following } from "./followers.ts";
import type { Sink } from "./load/sink.ts";
import { startWorker, type Worker } from "./worker.ts";

/** A running provider whose accounts have followers on the hosts of a sink, and have answered their follows. */
export interface SinkScene extends AsyncDisposable {
	readonly sink: Worker<Sink>;
	readonly server: Server;
	/** Resolves with a function that posts a memo with a marker as this account. */
	post(handle: string): Promise<(marker: string) => Promise<void>>;
}

export async function openSinkScene(followings: readonly Following[], config: object = {}): Promise<SinkScene> {
	const stack = new AsyncDisposableStack();
	const folder = stack.use(openFolder());
	const sink = stack.use(await startWorker<Sink>("load/sink.ts"));
	const causeway = await installCauseway(folder.path, config);
	for (const { handle } of followings) await causeway.command("user", "add", handle);
	await addFollowers(causeway.configFile, await sink.call("open"), followings);
	const server = stack.use(await causeway.serve());
	await sink.call(
		"came",
		"Accept",
		followings.reduce((sum, { hosts, each }) => sum + hosts * each, 0),
	);
	return {
		sink,
		server,
		async post(handle) {
			const token = await causeway.command("token", "add", handle);
			const me = await api<{ timeline: { group: string; channel: string } }>(causeway, token, "GET", "/api/me");
			const route = `/api/groups/${me.timeline.group}/channels/${me.timeline.channel}/messages`;
			return async (marker) => {
				const text = `The marker of this one is ${marker}.`;
				await api(causeway, token, "POST", route, { type: "memo", content: { text, mime: "text/plain" } });
			};
		},
		[Symbol.asyncDispose]: () => stack.disposeAsync(),
	};
}
