import { z } from "zod";

const expectedUrl = "the homeserver's http or https URL without a trailing slash";
const expectedName = "the homeserver's name, such as example.org, as it stands behind the colon of @alice:example.org";
const expectedPrefix = "a prefix of lower-case letters, digits and ._=/-, such as _ofscp_";

const MiB = 1024 * 1024;
const [minBytes, maxBytes] = [MiB, 256 * MiB];
const expectedBytes = `a whole number from ${minBytes} to ${maxBytes}`;

/** A server name of the Matrix specification: a host name or an address, and a port where one is part of it. */
const serverName = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/** The section `bridges.matrix`; `config/default.yaml` says what each key is for. */
export const configSchema = z
	.strictObject(
		{
			enabled: z.boolean("true or false").default(false),
			homeserverUrl: z
				.string(expectedUrl)
				.refine((value) => value === "" || (/^https?:\/\/[^@?#]+[^/]$/.test(value) && URL.canParse(value)), expectedUrl)
				.default(""),
			serverName: z
				.string(expectedName)
				.refine((value) => value === "" || serverName.test(value), expectedName)
				.default(""),
			registration: z.string("a file").min(1, "a file").default("data/matrix-registration.yaml"),
			prefix: z
				.string(expectedPrefix)
				.regex(/^[a-z0-9._=/-]{1,50}$/, expectedPrefix)
				.default("_ofscp_"),
			transactionBytes: z
				.number(expectedBytes)
				.int(expectedBytes)
				.min(minBytes, expectedBytes)
				.max(maxBytes, expectedBytes)
				.default(16 * MiB),
		},
		"a section with keys",
	)
	.superRefine((config, context) => {
		if (!config.enabled) return;
		if (config.homeserverUrl === "")
			context.addIssue({
				code: "custom",
				path: ["homeserverUrl"],
				message: `${expectedUrl}, because the bridge is enabled`,
			});
		if (config.serverName === "")
			context.addIssue({
				code: "custom",
				path: ["serverName"],
				message: `${expectedName}, because the bridge is enabled`,
			});
	})
	.prefault({});

export type MatrixConfig = z.output<typeof configSchema>;
