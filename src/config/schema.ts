import { type ZodType, z } from "zod";
import { isLoopback } from "./loopback.ts";
import { domain, flag, integer, oneOf, origin, rate, section, serviceUrl, text, urlOrNothing } from "./values.ts";

const MiB = 1024 * 1024;

const storeKinds = "sqlite or mongodb";
const store = z
	.discriminatedUnion(
		"kind",
		[
			z.strictObject({ kind: z.literal("sqlite") }),
			z.strictObject({ kind: z.literal("mongodb"), url: serviceUrl("mongodb", "mongodb+srv") }),
		],
		storeKinds,
	)
	.prefault({ kind: "sqlite" });

/** A backend that the schema knows only to reject it with a message that names it. */
const notYet = (kind: string) =>
	z.literal(kind).refine(() => false, `embedded: the ${kind} backend does not exist yet`);
const queue = z
	.discriminatedUnion(
		"kind",
		[
			z.strictObject({ kind: z.literal("embedded") }),
			z.strictObject({ kind: notYet("redis"), url: text().optional() }),
		],
		"embedded",
	)
	.prefault({ kind: "embedded" });

const metricsToken = "a token of at least 16 letters, digits and -._~+/=";

/**
 * The schema of all keys with their defaults, which `config/default.yaml` documents. Every key of the parsed configuration is present.
 *
 * @param bridges the schema of each bridge's section, by the name of the bridge
 */
export function configSchema(bridges: Readonly<Record<string, ZodType>>) {
	return z
		.strictObject(
			{
				publicUrl: origin().default("http://localhost:8480"),
				listen: section({
					host: text().min(1, "a host name or an address").default("127.0.0.1"),
					port: integer(0, 65_535).default(8480),
					behindProxy: flag().default(false),
				}),
				dataDir: text().min(1, "a folder").default("data"),
				instance: section({
					name: text().max(100, "at most 100 characters").default("Causeway"),
					description: text().max(1000, "at most 1000 characters").default(""),
					contact: text().max(200, "at most 200 characters").default(""),
				}),
				store,
				queue,
				registration: section({ mode: oneOf("open", "invite", "closed").default("invite") }),
				federation: section({
					allow: z.array(domain(), "a list of domains").default([]),
					deny: z.array(domain(), "a list of domains").default([]),
					insecureLocalhost: flag().default(false),
					authorizedFetch: flag().default(false),
				}),
				bridges: section(bridges),
				messages: section({ editWindowSeconds: integer(0, 10 * 365 * 86_400).default(86_400) }),
				events: section({ heartbeatSeconds: integer(1, 60).default(15) }),
				delivery: section({
					lanes: integer(1, 10_000).default(512),
					timeoutMs: integer(100, 120_000).default(10_000),
					maxAgeDays: integer(3, 30).default(4),
					sleepAfterDays: integer(1, 365).default(7),
					keepDeadDays: integer(1, 3650).default(30),
				}),
				storage: section({ keepRemoteDays: integer(0, 36_500).default(0) }),
				limits: section({
					scale: z.number("a number above 0").positive("a number above 0").default(1),
					read: rate(600, 60),
					post: rate(120, 60),
					manage: rate(60, 60),
					lookup: rate(60, 60),
					auth: rate(10, 60),
					stream: rate(30, 60),
					signIn: rate(20, 900),
					signInAddress: rate(60, 900),
					signUp: rate(10, 3600),
					recovery: rate(3, 3600),
					recoveryAddress: rate(20, 3600),
					inbox: rate(12_000, 60),
					oauth: rate(300, 60),
					register: rate(20, 3600),
					requests: section({
						api: integer(1, 10_000).default(128),
						inbox: integer(1, 10_000).default(128),
						transactions: integer(1, 10_000).default(32),
						pages: integer(1, 10_000).default(128),
						oauth: integer(1, 10_000).default(64),
					}),
					waitMs: integer(10, 60_000).default(500),
					connections: integer(16, 1_000_000).default(16_000),
					streamsPerAccount: integer(1, 100_000).default(32),
					streams: integer(1, 100_000).default(10_000),
					streamBytes: integer(MiB, 16 * 1024 * MiB).default(64 * MiB),
					bodyBytes: integer(1024, 64 * MiB).default(MiB),
					jsonDepth: integer(8, 1024).default(64),
					jsonNodes: integer(100, 1_000_000).default(10_000),
					textBytes: integer(1, MiB).default(64 * 1024),
					articleBytes: integer(1, 16 * MiB).default(512 * 1024),
				}),
				mail: section({
					url: urlOrNothing("smtp", "smtps").default(""),
					from: text().default(""),
				}),
				metrics: section({
					token: text()
						.refine((value) => value === "" || /^[\w\-.~+/=]{16,200}$/.test(value), `nothing, or ${metricsToken}`)
						.default(""),
					host: text().min(1, "a host name or an address").default("127.0.0.1"),
					port: integer(0, 65_535).default(0),
				}),
				log: section({ level: oneOf("debug", "info", "warn", "error", "silent").default("info") }),
			},
			"a mapping of keys to values",
		)
		.superRefine((config, context) => {
			if (config.mail.url !== "" && !config.mail.from.includes("@"))
				context.addIssue({
					code: "custom",
					path: ["mail", "from"],
					message: "the sender address of mail, because mail.url is set",
				});
			if (config.metrics.port !== 0 && config.metrics.token === "" && !isLoopback(config.metrics.host))
				context.addIssue({
					code: "custom",
					path: ["metrics", "token"],
					message: `${metricsToken}, because metrics.host (${config.metrics.host}) is not on this machine only`,
				});
			if (config.federation.insecureLocalhost && !isLoopback(new URL(config.publicUrl).hostname))
				context.addIssue({
					code: "custom",
					path: ["federation", "insecureLocalhost"],
					message: `false, because publicUrl (${config.publicUrl}) is not on localhost, 127.0.0.0/8 or [::1]`,
				});
		});
}
