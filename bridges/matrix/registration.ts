import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { SetupError } from "#bridge-kit";

export interface RegistrationOptions {
	/** Where the homeserver reaches us. */
	readonly publicUrl: string;
	readonly prefix: string;
	readonly serverName: string;
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/**
 * The registration file of the application service (Matrix AS v1.19, "Registration"), with new tokens. The homeserver's
 * operator installs it; we read the same file.
 */
export function createRegistration({ publicUrl, prefix, serverName }: RegistrationOptions): string {
	const token = (): string => randomBytes(32).toString("hex");
	const ours = (sigil: string) => [
		{ exclusive: true, regex: `${sigil}${literally(prefix)}.*:${literally(serverName)}` },
	];
	return stringify({
		id: "causeway",
		url: publicUrl,
		as_token: token(),
		hs_token: token(),
		sender_localpart: `${prefix}bot`,
		rate_limited: false,
		receive_ephemeral: true,
		"de.sorunome.msc2409.push_ephemeral": true,
		namespaces: { users: ours("@"), aliases: ours("#"), rooms: [] },
	});
}

const schema = z.looseObject({
	id: z.string().min(1),
	url: z.string().nullable(),
	as_token: z.string().min(1),
	hs_token: z.string().min(1),
	sender_localpart: z.string().min(1),
	namespaces: z.looseObject({}),
});
export type Registration = z.output<typeof schema>;

/**
 * Reads the registration file.
 *
 * @param prefix what the file was made for; absent: whatever it says
 * @throws {Error} in one line, with what to do
 */
export function readRegistration(file: string, prefix?: string): Registration {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		const { code = "" } = error as NodeJS.ErrnoException;
		const remedy =
			code === "ENOENT"
				? `there is no such file; make it with: causeway matrix registration --out ${file}`
				: `let the user that runs Causeway read it, or name the right file (${code})`;
		throw new SetupError(`bridges.matrix.registration: ${file} can't be read; ${remedy}`, { cause: error });
	}
	const parsed = schema.safeParse(documentIn(text));
	if (!parsed.success)
		throw new SetupError(
			`bridges.matrix.registration: ${file} is no registration: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}; name the right file, or make a new one with: causeway matrix registration --out ${file} --force`,
		);
	if (prefix !== undefined && parsed.data.sender_localpart !== `${prefix}bot`)
		throw new SetupError(
			`bridges.matrix.registration: ${file} was made for another prefix: its sender_localpart is ${parsed.data.sender_localpart}, not ${prefix}bot; set bridges.matrix.prefix to the one that it was made for, or make a new file`,
		);
	return parsed.data;
}

/** Text that is not YAML becomes `undefined`, which the schema refuses. */
function documentIn(text: string): unknown {
	try {
		return parse(text);
	} catch {
		return undefined;
	}
}
