import type * as Prometheus from "prom-client";
import type { Histogram, Registry } from "prom-client";
import type { Metrics, Request } from "../base/metrics.ts";

/** How many requests are buffered until the library is loaded; further ones are not counted. */
const maxBuffered = 10_000;

/** @param register adds the counters of other parts, once the library is loaded */
export function createMetrics(
	register: (prometheus: typeof Prometheus, registry: Registry) => void = () => {},
): Metrics {
	const buffered: [Request, number][] = [];
	let durations: Histogram<"route" | "method" | "status"> | undefined;
	let loading: Promise<Registry> | undefined;

	async function load(): Promise<Registry> {
		const prometheus = await import("prom-client");
		const registry = new prometheus.Registry();
		prometheus.collectDefaultMetrics({ register: registry });
		const histogram = new prometheus.Histogram({
			name: "causeway_http_request_duration_seconds",
			help: "How long requests took, by route",
			labelNames: ["route", "method", "status"] as const,
			buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 1, 5, 30],
			registers: [registry],
		});
		register(prometheus, registry);
		for (const [request, seconds] of buffered.splice(0)) histogram.observe(labelsOf(request), seconds);
		durations = histogram;
		return registry;
	}

	return {
		observe(request, seconds) {
			if (durations !== undefined) durations.observe(labelsOf(request), seconds);
			else if (buffered.length < maxBuffered) buffered.push([request, seconds]);
		},
		async expose() {
			loading ??= load();
			const registry = await loading;
			return { type: registry.contentType, text: await registry.metrics() };
		},
	};
}

const labelsOf = ({ route, method, status }: Request) => ({ route, method, status: String(status) });
