import { type BridgeHost, type BridgeState, isWithin } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal, segment } from "./homeserver.ts";
import { allLanes } from "./ids.ts";

const checkEveryMs = 15_000;
const firstWaitMs = 1_000;
/** A homeserver that sent nothing for this time may have lost events. */
const silenceMs = 10 * 60_000;

/** Checks whether the homeserver answers, and notices when it may have lost events. */
export interface Health {
	/** Notes a transaction. `true`: the homeserver was restarted, and events before this transaction may be missing. */
	noteTransaction(id: string, firstEvent: string | undefined): boolean;
	/** Checks periodically. Makes no request as long as no room is linked. */
	start(signal: AbortSignal): void;
}

export interface HealthParts {
	readonly host: Pick<BridgeHost, "clock" | "heardFrom" | "logger" | "portals" | "report">;
	readonly homeserver: Homeserver;
	readonly bot: string;
	/** The id of our registration. */
	readonly service: string;
	/** Called when the homeserver answers. `returned`: for the first time, again, or after a long silence. */
	readonly onAvailable: (returned: boolean) => Promise<void>;
}

export function createHealth({ host, homeserver, bot, service, onAvailable }: HealthParts): Health {
	let last = { number: 0, firstEvent: undefined as string | undefined };
	let lastHeardAt = host.clock.now();
	let reported = "";
	let isUp = false;
	/** Whether the homeserver can reach us. */
	let reachesUs = true;

	function report(state: BridgeState): void {
		const text = JSON.stringify(state);
		if (text !== reported) host.report(state);
		reported = text;
	}

	/** Whether the homeserver accepts our token; also reports when it knows us as another user. */
	async function checkToken(): Promise<boolean> {
		try {
			const { user_id } = await homeserver.request("GET", "/account/whoami", { timeoutMs: 10_000 });
			if (user_id !== undefined && user_id !== bot)
				report({ state: "degraded", reason: `the homeserver knows us as ${JSON.stringify(user_id)}, not as ${bot}` });
			else if (reachesUs) report({ state: "connected" });
			return true;
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			const isUnauthorized = error.status === 401 || error.status === 403;
			report({ state: isUnauthorized ? "unauthorized" : "degraded", reason: error.message });
			return !isUnauthorized && isRefusal(error);
		}
	}

	/**
	 * Asks the homeserver to ping us (AS v1.19, "Pinging"). After it could not reach us it would retry only after up to nine minutes;
	 * a successful ping makes it send at once. Homeservers without this endpoint retry by themselves.
	 */
	async function ping(): Promise<void> {
		try {
			reachesUs = true;
			await homeserver.request("POST", `/appservice/${segment(service)}/ping`, { version: "v1", timeoutMs: 10_000 });
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			reachesUs = error.errcode !== "M_BAD_STATUS" && !error.errcode.startsWith("M_CONNECTION_");
			if (!reachesUs) report({ state: "degraded", reason: `the homeserver can't reach us: ${error.message}` });
		}
	}

	async function check(): Promise<void> {
		// The Matrix library is large; it is not loaded unless it is needed.
		if ((await host.portals.all()).length === 0) return;
		if (!(await checkToken())) {
			isUp = false;
			return;
		}
		const returned = !isUp || !isWithin(lastHeardAt, host.clock.now(), silenceMs);
		if (returned) lastHeardAt = host.clock.now();
		isUp = true;
		host.heardFrom(allLanes);
		if (returned || !reachesUs) await ping();
		await onAvailable(returned);
	}

	return {
		noteTransaction(id, firstEvent) {
			host.heardFrom(allLanes);
			lastHeardAt = host.clock.now();
			if (!/^\d{1,15}$/.test(id)) return false;
			const number = Number(id);
			const isRestarted = number < last.number || (number === last.number && firstEvent !== last.firstEvent);
			last = { number, firstEvent };
			return isRestarted;
		},
		start(signal) {
			let waitMs = firstWaitMs;
			async function next(): Promise<void> {
				try {
					await check();
				} catch (error) {
					isUp = false;
					if (!signal.aborted) host.logger.warn({ err: error }, "The check of the homeserver failed");
				}
				if (signal.aborted) return;
				waitMs = isUp ? checkEveryMs : Math.min(waitMs * 2, checkEveryMs);
				timer = setTimeout(() => void next(), waitMs).unref();
			}
			// Starting does not wait for the homeserver, which may be waiting for us.
			let timer = setTimeout(() => void next(), 100).unref();
			signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
		},
	};
}
