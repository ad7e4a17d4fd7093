import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import type { Logger } from "#core/ports/logger.ts";
import type { Config } from "./config.ts";

/** Fields whose values are never logged, at any depth; names are compared in lower case, without `-` and `_`. */
const secretNames = new Set(
	`authorization proxyauthorization cookie setcookie signature xhubsignature
	token accesstoken refreshtoken idtoken astoken hstoken bearer idempotencykey
	password newpassword passphrase secret clientsecret code codeverifier devicecode usercode otp
	bootstraptoken registrationaccesstoken
	privatekey privatekeypem secretkey sealingkey apikey`.split(/\s+/),
);

/** Error and system codes (`code: "ECONNREFUSED"`) are not secret, unlike the codes that an authorization server issues. */
const systemCode = /^[A-Z][A-Z0-9_]*$/;

const hidden = "[redacted]";

/** Secrets within text: in a query, after an authentication scheme, before the `@` of a URL. */
const secretsInText: readonly (readonly [RegExp, string])[] = [
	[
		/([?&;](?:access_token|refresh_token|id_token|token|code|code_verifier|device_code|user_code|link|invite|client_secret|password|secret|signature|sig)=)[^&\s"'#]+/gi,
		`$1${hidden}`,
	],
	// Our own: personal access tokens, recovery links, invitations, bootstrap tokens.
	[/\b(cwy|cwr|cwi|bt)_[\w-]{43}/g, `$1_${hidden}`],
	[/\b(Bearer|Basic|DPoP)\s+[A-Za-z0-9\-._~+/]{8,}=*/gi, `$1 ${hidden}`],
	[/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^/\s@"']*@/gi, `$1${hidden}@`],
	[/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
];

/**
 * Writes JSON lines to the standard output, or to `destination`, each before the call returns. Secrets are removed from
 * fields at every depth, from messages, and from errors with their causes.
 */
export function createLogger(config: Config["log"], destination?: DestinationStream): Logger {
	const options = {
		level: config.level,
		base: null,
		timestamp: pino.stdTimeFunctions.isoTime,
		serializers: { err: (error: unknown) => error },
		formatters: {
			level: (label: string) => ({ level: label }),
			log: redactFields,
		},
		hooks: {
			logMethod(args: unknown[], method: (...args: unknown[]) => void) {
				method.apply(
					this,
					args.map((argument) => (typeof argument === "string" ? redactText(argument) : argument)),
				);
			},
		},
	};
	return childSafe(destination === undefined ? pino(options) : pino(options, destination));
}

/** pino's formatters don't see the fields of a child. */
const childSafe = (logger: PinoLogger): Logger => ({
	debug: (fields, message) => logger.debug(fields, message),
	info: (fields, message) => logger.info(fields, message),
	warn: (fields, message) => logger.warn(fields, message),
	error: (fields, message) => logger.error(fields, message),
	child: (fields) => childSafe(logger.child(redactFields(fields))),
});

const redactFields = (fields: object): Record<string, unknown> => redact(fields) as Record<string, unknown>;

/** Copies what JSON can express, without secrets and to a depth of eight levels. */
function redact(value: unknown, depth = 0): unknown {
	if (typeof value === "string") return redactText(value);
	if (typeof value === "bigint") return value.toString();
	if (typeof value !== "object" || value === null) return value;
	if (depth === 8) return "[deeper]";
	if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
	if (value instanceof URL) return redactText(value.href);
	if (value instanceof Date) return value;
	if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
	const fields = Object.entries(value).map(
		([name, inner]) => [name, isSecret(name, inner) ? hidden : redact(inner, depth + 1)] as const,
	);
	if (!(value instanceof Error)) return Object.fromEntries(fields);
	const { name, message, stack, cause } = value;
	const described = {
		type: name,
		message: redactText(message),
		...(stack === undefined ? {} : { stack: redactText(stack) }),
	};
	return {
		...described,
		...Object.fromEntries(fields),
		...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
	};
}

function isSecret(name: string, value: unknown): boolean {
	const plain = name.toLowerCase().replaceAll(/[-_]/g, "");
	if (!secretNames.has(plain) || value === undefined || value === null) return false;
	return !(plain === "code" && (typeof value === "number" || (typeof value === "string" && systemCode.test(value))));
}

/** Long texts are truncated: the beginning is enough for a log, and remote servers must not fill the disk. */
function redactText(text: string): string {
	const short = text.length > longest ? `${text.slice(0, longest)}…` : text;
	return secretsInText.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), short);
}

const longest = 10_000;
