import type { BridgeHost, BridgeState } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal, segment } from "./homeserver.ts";

const lookEveryMs = 15_000;
const firstWaitMs = 1_000;
/** A homeserver that says nothing for so long may have lost what it had to say. */
const silenceMs = 10 * 60_000;

/** Knows whether the homeserver is there, and notices when it may have lost something. */
export interface Health {
	/** A transaction came. `true`: the homeserver was started anew, and something before it may be missing. */
	heard(id: string, firstEvent: string | undefined): boolean;
	/** Looks now and then. Asks nobody as long as there is nothing to ask for. */
	start(signal: AbortSignal): void;
}

export interface HealthParts {
	readonly host: Pick<BridgeHost, "clock" | "logger" | "portals" | "report">;
	readonly homeserver: Homeserver;
	readonly bot: string;
	/** The id of our registration. */
	readonly service: string;
	/** The homeserver answers. `returned`: for the first time, again, or after a long silence. */
	readonly onAnswer: (returned: boolean) => Promise<void>;
}

export function createHealth({ host, homeserver, bot, service, onAnswer }: HealthParts): Health {
	let last = { number: 0, firstEvent: undefined as string | undefined };
	let heardAt = host.clock.now();
	let reported = "";
	let isUp = false;
	/** Whether it reaches us, too. */
	let isHeard = true;

	function report(state: BridgeState): void {
		const text = JSON.stringify(state);
		if (text !== reported) host.report(state);
		reported = text;
	}

	/** Whether the homeserver answers us, by its own account of who we are. */
	async function ask(): Promise<boolean> {
		try {
			const { user_id } = await homeserver.request("GET", "/account/whoami", { timeoutMs: 10_000 });
			if (user_id !== undefined && user_id !== bot)
				report({ state: "degraded", reason: `the homeserver takes us for ${JSON.stringify(user_id)}, not for ${bot}` });
			else if (isHeard) report({ state: "connected" });
			return true;
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			const isStranger = error.status === 401 || error.status === 403;
			report({ state: isStranger ? "unauthorized" : "degraded", reason: error.message });
			return !isStranger && isRefusal(error);
		}
	}

	/**
	 * A homeserver that could not reach us for a while tries again only after up to nine minutes; when it has pinged us, at once
	 * (AS v1.19, "Pinging"). Homeservers that know no ping come by themselves.
	 */
	async function askForWhatWaits(): Promise<void> {
		try {
			isHeard = true;
			await homeserver.request("POST", `/appservice/${segment(service)}/ping`, { version: "v1", timeoutMs: 10_000 });
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			isHeard = error.errcode !== "M_BAD_STATUS" && !error.errcode.startsWith("M_CONNECTION_");
			if (!isHeard) report({ state: "degraded", reason: `the homeserver can't reach us: ${error.message}` });
		}
	}

	async function look(): Promise<void> {
		// The library that speaks to homeservers is large: it is not loaded for nothing.
		if ((await host.portals.all()).length === 0) return;
		if (!(await ask())) {
			isUp = false;
			return;
		}
		const returned = !isUp || host.clock.now() - heardAt > silenceMs;
		if (returned) heardAt = host.clock.now();
		isUp = true;
		if (returned || !isHeard) await askForWhatWaits();
		await onAnswer(returned);
	}

	return {
		heard(id, firstEvent) {
			heardAt = host.clock.now();
			if (!/^\d{1,15}$/.test(id)) return false;
			const number = Number(id);
			const isAnew = number < last.number || (number === last.number && firstEvent !== last.firstEvent);
			last = { number, firstEvent };
			return isAnew;
		},
		start(signal) {
			let waitMs = firstWaitMs;
			async function next(): Promise<void> {
				try {
					await look();
				} catch (error) {
					isUp = false;
					if (!signal.aborted) host.logger.warn({ err: error }, "The homeserver could not be looked after");
				}
				if (signal.aborted) return;
				waitMs = isUp ? lookEveryMs : Math.min(waitMs * 2, lookEveryMs);
				timer = setTimeout(() => void next(), waitMs).unref();
			}
			// Neither the port nor the first answer waits for the homeserver, which may be waiting for us.
			let timer = setTimeout(() => void next(), 100).unref();
			signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
		},
	};
}
