import test, { type ExecutionContext } from "ava";
import type { BridgeState } from "#core/ports/bridge/bridge.ts";
import { until } from "../../support/wait.ts";
import { openScene, refused, textEvent } from "./matrix-scene.ts";

/** A bridge that is started; what it reports of itself. */
async function start(t: ExecutionContext, scene: ReturnType<typeof openScene>): Promise<readonly BridgeState[]> {
	const reported: BridgeState[] = [];
	Object.assign(scene.host, { report: (state: BridgeState) => reported.push(state) });
	t.teardown(() => scene.bridge.stop());
	await scene.bridge.start(new AbortController().signal);
	return reported;
}

test("a homeserver that answers is asked to push what waits, without waiting for its next try", async (t) => {
	const scene = openScene();
	const reported = await start(t, scene);
	await until("the ping", () => scene.homeserver.lines().includes("POST /appservice/causeway/ping"));
	t.is(scene.homeserver.asked.find(({ path }) => path.endsWith("/ping"))?.version, "v1");
	t.deepEqual(reported.at(-1), { state: "connected" });
});

test("a homeserver that can't reach us is reported, one that knows no ping is not", async (t) => {
	const deaf = openScene();
	deaf.homeserver.script = ({ path }) => {
		if (path.endsWith("/ping")) throw refused(502, "M_CONNECTION_FAILED");
		return undefined;
	};
	const reported = await start(t, deaf);
	await until("the report", () =>
		reported.some(({ state, reason }) => state === "degraded" && /can't reach us/.test(reason ?? "")),
	);
	const old = openScene();
	old.homeserver.script = ({ path }) => {
		if (path.endsWith("/ping")) throw refused(404, "M_UNRECOGNIZED");
		return undefined;
	};
	const fine = await start(t, old);
	await until("the ping", () => old.homeserver.lines().some((line) => line.endsWith("/ping")));
	await until("the rooms are read back", () => old.homeserver.lines().some((line) => line.includes("/messages")));
	t.deepEqual(fine.at(-1), { state: "connected" });
});

test("a homeserver that answers again, or sends something, resumes the lanes of all rooms", async (t) => {
	const scene = openScene();
	const heard: string[] = [];
	Object.assign(scene.host, { heardFrom: (lanes: string) => heard.push(lanes) });
	let isDown = true;
	scene.homeserver.script = () => {
		if (isDown) throw refused(502, "");
		return undefined;
	};
	await start(t, scene);
	await until("the homeserver is asked", () => scene.homeserver.asked.length > 0);
	t.deepEqual(heard, []);
	await scene.push([textEvent("hello")]);
	t.deepEqual(heard, ["matrix:"]);
	isDown = false;
	await until("it answers", () => heard.length > 1);
	t.deepEqual(heard.at(-1), "matrix:");
});
