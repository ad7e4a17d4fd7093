import { cpuUsage } from "node:process";
import type * as Prometheus from "prom-client";
import type { Histogram, Registry } from "prom-client";
import type { Metrics, Request } from "../base/metrics.ts";

/** @param register adds the counters of other parts, once the library is loaded */
export function createMetrics(
	register: (prometheus: typeof Prometheus, registry: Registry) => void = () => {},
): Metrics {
	let durations: Histogram<"route" | "method" | "status"> | undefined;
	let loading: Promise<Registry> | undefined;

	async function load(): Promise<Registry> {
		const prometheus = await import("prom-client");
		const registry = new prometheus.Registry();
		prometheus.collectDefaultMetrics({ register: registry });
		countEarlierCpu(prometheus, registry);
		durations = new prometheus.Histogram({
			name: "causeway_http_request_duration_seconds",
			help: "How long requests took, by route",
			labelNames: ["route", "method", "status"] as const,
			buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 1, 5, 30],
			registers: [registry],
		});
		register(prometheus, registry);
		return registry;
	}
	const loaded = (): Promise<Registry> => (loading ??= load());

	return {
		async begin() {
			await loaded();
		},
		observe(request, seconds) {
			durations?.observe(labelsOf(request), seconds);
		},
		async expose() {
			const registry = await loaded();
			return { type: registry.contentType, text: await registry.metrics() };
		},
	};
}

/** The library counts processor time from its own loading on; the time before belongs to the process, too. */
function countEarlierCpu({ Counter }: typeof Prometheus, registry: Registry): void {
	const { user, system } = cpuUsage();
	for (const [part, microseconds] of Object.entries({ user_: user, system_: system, "": user + system })) {
		const counter = registry.getSingleMetric(`process_cpu_${part}seconds_total`);
		if (counter instanceof Counter) counter.inc(microseconds / 1e6);
	}
}

const labelsOf = ({ route, method, status }: Request) => ({ route, method, status: String(status) });
