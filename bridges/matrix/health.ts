import type { BridgeHost, BridgeState } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal } from "./homeserver.ts";

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
	readonly host: BridgeHost;
	readonly homeserver: Homeserver;
	readonly bot: string;
	/** The homeserver answers. `returned`: for the first time, again, or after a long silence. */
	readonly onAnswer: (returned: boolean) => Promise<void>;
}

export function createHealth({ host, homeserver, bot, onAnswer }: HealthParts): Health {
	let last = { number: 0, firstEvent: undefined as string | undefined };
	let heardAt = host.clock.now();
	let reported = "";
	let isUp = false;

	function report(state: BridgeState): void {
		const text = JSON.stringify(state);
		if (text !== reported) host.report(state);
		reported = text;
	}

	/** Whether the homeserver answers us, by its own account of who we are. */
	async function ask(): Promise<boolean> {
		try {
			const { user_id } = await homeserver.request("GET", "/account/whoami", { timeoutMs: 10_000 });
			report(
				user_id === undefined || user_id === bot
					? { state: "connected" }
					: { state: "degraded", reason: `the homeserver takes us for ${JSON.stringify(user_id)}, not for ${bot}` },
			);
			return true;
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			const isStranger = error.status === 401 || error.status === 403;
			report({ state: isStranger ? "unauthorized" : "degraded", reason: error.message });
			return !isStranger && isRefusal(error);
		}
	}

	async function look(): Promise<void> {
		// The library that speaks to homeservers is large: it is not loaded for nothing.
		if ((await host.portals()).length === 0) return;
		if (!(await ask())) {
			isUp = false;
			return;
		}
		const returned = !isUp || host.clock.now() - heardAt > silenceMs;
		if (returned) heardAt = host.clock.now();
		isUp = true;
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
