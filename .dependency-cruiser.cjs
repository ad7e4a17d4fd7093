/**
 * The layers of the design (ARCHITECTURE.md): who may import what. `scripts/check-layers.js` runs this and makes sure that
 * something was read at all.
 */
const severity = /** @type {const} */ ("error");
const adapters = "http|realtime|store|lanes|bus|outbound|text|media|mail|factors";

/** Packages that only one place may know; everybody else has a port for it. */
const owned = {
	"koa|@koa/[^/]+|koa-[^/]+": "^src/http/",
	mongodb: "^src/store/mongodb/",
	"oidc-provider": "^src/http/oauth/",
	jose: "^src/http/middleware/",
	"p-queue": "^src/lanes/",
	"sanitize-html|markdown-it|linkify-it": "^src/text/",
	nodemailer: "^src/mail/",
	"otpauth|@simplewebauthn/server": "^src/factors/",
	undici: "^src/outbound/|^bridges/matrix/",
	pino: "^src/log\\.ts$",
	"activitypub-express": "^bridges/activitypub/",
	"matrix-appservice-bridge": "^bridges/matrix/",
};

const product = "^(src|bridges)/";
/** @param {string} names */
const npmPackage = (names) => `^node_modules/(${names})/`;

/** The folders of `src/core` from the ground up (ARCHITECTURE.md, "The floors"): an area stands below what is made of it. */
const coreFloors = [
	"model",
	"ports",
	"events",
	"accounts",
	"groups",
	"identity",
	"access",
	"messages",
	"reactions",
	"feed",
	"erasure",
	"federation",
	"bridging",
	"catalogue",
];

/** The floors of `src/http`, the lowest first: a door never knows another door above it. */
const httpFloors = ["base", "middleware", "page-kit", "operators", "oauth", "ofscp", "pages", "bridges"];

/**
 * Rules that make the folders of `root` floors: what is in a folder imports that folder and the ones named before it. A folder
 * that has no floor can be imported by none, so a new one has to be given its place.
 *
 * @param {string} root
 * @param {readonly string[]} names of all folders, the lowest first
 * @param {"ground" | "roof"} loose what the files directly in `root` are: below all folders, or on top of them
 */
function floors(root, names, loose) {
	const below = (/** @type {readonly string[]} */ folders) => `^${root}/(${folders.join("|")})/`;
	const ground = loose === "ground" ? `|^${root}/[^/]+$` : "";
	return [
		...names.map((name, at) => ({
			name: `${root}/${name}-stands-on-the-floors-below-it`,
			comment: `from the bottom: ${names.join(", ")}`,
			severity,
			from: { path: below([name]) },
			to: { path: `^${root}/`, pathNot: `${below(names.slice(0, at + 1))}${ground}` },
		})),
		...(loose === "roof"
			? []
			: [
					{
						name: `${root}-ground-imports-no-floor`,
						severity,
						from: { path: `^${root}/[^/]+$` },
						to: { path: `^${root}/[^/]+/` },
					},
				]),
		{
			name: `every-folder-of-${root}-has-a-floor`,
			comment: "name it in .dependency-cruiser.cjs",
			severity,
			from: { path: `^${root}/(?!(${names.join("|")})/)[^/]+/` },
			to: {},
		},
		{
			name: `only-floors-of-${root}-are-imported`,
			severity,
			from: {},
			to: { path: `^${root}/[^/]+/`, pathNot: below(names) },
		},
	];
}

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
	forbidden: [
		{
			name: "core-means-nothing-but-itself",
			comment: "src/core imports src/core and node:crypto; what else it needs comes in through its ports",
			severity,
			from: { path: "^src/core/" },
			to: { pathNot: "^src/core/|^(node:)?crypto$" },
		},
		...floors("src/core", coreFloors, "ground"),
		{
			name: "adapters-know-only-the-core",
			comment: "an adapter imports src/core and its own folder, never another adapter",
			severity,
			from: { path: `^src/(${adapters})/` },
			to: { path: "^(src|bridges|test|bench|scripts)/", pathNot: "^src/core/|^src/$1/" },
		},
		{
			name: "bridge-kit-is-core",
			severity,
			from: { path: "^src/bridge-kit/" },
			to: { path: product, pathNot: "^src/(core|bridge-kit)/" },
		},
		{
			name: "bridges-know-only-the-kit",
			comment: "a bridge imports #bridge-kit and its own folder, never src and never another bridge",
			severity,
			from: { path: "^bridges/([^/]+)/" },
			to: { path: "^(src|bridges|test|bench|scripts)/", pathNot: "^src/bridge-kit/|^bridges/$1/" },
		},
		{
			name: "bridges-reach-out-through-the-host",
			comment:
				"outbound requests go through the guarded agent that a bridge is handed; the homeserver is the exception",
			severity,
			from: { path: "^bridges/", pathNot: "^bridges/matrix/" },
			to: { path: "^(node:)?(http|https|http2|net|tls|dgram)$" },
		},
		{
			name: "config-and-log-stand-alone",
			severity,
			from: { path: "^src/(config|log)(/|\\.ts$)" },
			to: { path: product, pathNot: "^src/core/|^src/config(/|\\.ts$)" },
		},
		{
			name: "the-gateway-is-the-root",
			comment: "only main, the commands and tests import the composition root",
			severity,
			from: { path: product, pathNot: "^src/(main\\.ts$|cli/)" },
			to: { path: "^src/(gateway|main)\\.ts$|^src/cli/" },
		},
		...floors("src/http", httpFloors, "roof"),
		...Object.entries(owned).map(([names, owner]) => ({
			name: `only-its-owner-imports-${names.split("|")[0]}`,
			severity,
			from: { path: product, pathNot: owner },
			to: { path: npmPackage(names) },
		})),
		{
			name: "no-development-package-in-the-product",
			severity,
			from: { path: product },
			to: { dependencyTypes: ["npm-dev"] },
		},
		{
			name: "no-cycles",
			severity,
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
		},
		{ name: "all-resolved", severity, from: {}, to: { couldNotResolve: true } },
	],
	options: {
		parser: "swc",
		tsPreCompilationDeps: true,
		doNotFollow: { path: "node_modules" },
		enhancedResolveOptions: {
			extensions: [".ts", ".js", ".json"],
			exportsFields: ["exports"],
			conditionNames: ["import", "require", "node", "default", "types"],
		},
	},
};
