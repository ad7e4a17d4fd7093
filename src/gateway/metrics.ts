import type { Store } from "#core/ports/store.ts";
import { isLoopback } from "../config/loopback.ts";
import type { Config } from "../config.ts";
import type { Admission, AdmissionState } from "../http/base/admission.ts";
import { budgetNames } from "../http/base/limits.ts";
import type { Metrics, MetricsAccess } from "../http/base/metrics.ts";
import { createMetrics } from "../http/operators/metrics.ts";

/** Who may read the metrics on the public port: those with the token; without one, everyone as long as nothing is public. */
export function metricsAccessOf({ metrics, listen, publicUrl }: Config): MetricsAccess {
	if (metrics.token !== "") return { token: metrics.token };
	const isPrivate = !listen.behindProxy && isLoopback(listen.host) && isLoopback(new URL(publicUrl).hostname);
	return isPrivate ? "open" : "closed";
}

/** Whether there is a way to read the metrics at all. */
export const hasMetrics = (config: Config): boolean =>
	config.metrics.port !== 0 || metricsAccessOf(config) !== "closed";

/** What `createMetrics` hands to those who add metrics. */
type Register = NonNullable<Parameters<typeof createMetrics>[0]>;

/** The requests that are under way, wait and were turned away, by the key of their limit in the configuration. */
function exposeAdmission(admission: Admission, ...[{ Gauge }, registry]: Parameters<Register>): void {
	for (const [name, help, valueOf] of [
		["under_way", "Requests that are being answered", ({ underWay }: AdmissionState) => underWay],
		["waiting", "Requests that wait to be answered", ({ waiting }: AdmissionState) => waiting],
	] as const)
		new Gauge({
			name: `causeway_requests_${name}`,
			help,
			labelNames: ["door"],
			registers: [registry],
			collect() {
				for (const door of budgetNames) this.set({ door }, valueOf(admission.stateOf(door)));
			},
		});
	new Gauge({
		name: "causeway_requests_refused_total",
		help: "Requests that were answered with 503 because there were too many, by reason",
		labelNames: ["door", "reason"],
		registers: [registry],
		collect() {
			for (const door of budgetNames)
				for (const [reason, count] of Object.entries(admission.stateOf(door).refused))
					this.set({ door, reason }, count);
		},
	});
}

/** The metrics of the process, and what the lanes count. */
interface GatewayMetrics {
	readonly metrics: Metrics;
	/** Counts an attempt to deliver. */
	countDelivery(bridge: string, status: string): void;
	/** Counts a remote event that was dropped while it waited for its target. @param limit the limit that it exceeded */
	countDropped(bridge: string, limit: string): void;
	/** Counts follows that ended because their target no longer exists. */
	countEnded(bridge: string, reason: string, count: number): void;
}

/** @param parked how much waits for its target */
export function buildMetrics(
	store: Pick<Store, "waiting">,
	parked: () => { readonly rows: number; readonly bytes: number },
	admission: Admission,
): GatewayMetrics {
	const outcomes = new Map<string, number>();
	const ended = new Map<string, number>();
	const dropped = new Map<string, number>();
	const gauges = [
		{
			name: "causeway_deliveries_total",
			help: "Attempts to deliver, by bridge and outcome",
			label: "status",
			counts: outcomes,
		},
		{
			name: "causeway_follows_ended_total",
			help: "Follows that ended because their target no longer exists, by bridge and reason",
			label: "reason",
			counts: ended,
		},
		{
			name: "causeway_parked_dropped_total",
			help: "Remote events that were dropped while they waited for their target, by bridge and the limit that was reached",
			label: "limit",
			counts: dropped,
		},
	];
	const metrics = createMetrics((prometheus, registry) => {
		for (const unit of ["rows", "bytes"] as const)
			new prometheus.Gauge({
				name: `causeway_parked_${unit}`,
				help: `Remote events that wait for their target, in ${unit}`,
				registers: [registry],
				collect() {
					this.set(parked()[unit]);
				},
			});
		new prometheus.Gauge({
			name: "causeway_store_waiting",
			help: "Writes that the store has not answered yet",
			registers: [registry],
			collect() {
				this.set(store.waiting());
			},
		});
		for (const { name, help, label, counts } of gauges)
			new prometheus.Gauge({
				name,
				help,
				labelNames: ["bridge", label],
				registers: [registry],
				collect() {
					for (const [key, count] of counts) {
						const [bridge = "", value = ""] = key.split(" ");
						this.set({ bridge, [label]: value }, count);
					}
				},
			});
		exposeAdmission(admission, prometheus, registry);
	});
	const add = (counts: Map<string, number>, key: string, count: number): void => {
		counts.set(key, (counts.get(key) ?? 0) + count);
	};
	return {
		metrics,
		countDelivery: (bridge, status) => add(outcomes, `${bridge} ${status}`, 1),
		countDropped: (bridge, limit) => add(dropped, `${bridge} ${limit}`, 1),
		countEnded: (bridge, reason, count) => add(ended, `${bridge} ${reason}`, count),
	};
}
