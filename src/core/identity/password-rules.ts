import { InvalidRequest } from "../errors.ts";

/** In code points (wire.md, "People"). */
const minLength = 10;
/** In UTF-16 units; a bound on the size of requests. */
const maxLength = 1024;

/** What a password must not be based on, since an attacker would try it first. */
export interface PasswordContext {
	readonly handle?: string;
	readonly domain?: string;
	readonly displayName?: string;
	readonly email?: string;
}

/** The form in which a password is hashed, which does not depend on how the keyboard composes characters. */
export const normalPassword = (password: string): string => password.normalize("NFKC");

/**
 * Checks a new password.
 *
 * @param field JSON pointer to the field of the password
 * @throws {InvalidRequest} the password is too short, too long or easy to guess
 */
export async function checkPassword(password: string, context: PasswordContext, field = "/password"): Promise<void> {
	const expected = await passwordFault(password, context);
	if (expected !== undefined) throw new InvalidRequest([{ field, expected }]);
}

/** What was expected instead of a password that is not allowed; `undefined` if it is allowed. */
export async function passwordFault(password: string, context: PasswordContext): Promise<string | undefined> {
	const normal = normalPassword(password);
	if (password.length > maxLength || normal.length > maxLength) return `at most ${maxLength} characters`;
	if ([...normal].length < minLength) return `at least ${minLength} characters`;
	const lower = normal.toLowerCase();
	if (isRepetitive(lower)) return "a password that is more than a few repeated characters";
	if (isSequence(lower)) return "a password that is more than a sequence of letters, digits or keys";
	if (isAboutThem(lower, context)) return "a password that is more than your name or address";
	const { commonPasswords } = await import("./common-passwords.ts");
	const candidates = [lower, wordIn(lower), wordIn(readLeet(lower))];
	if (candidates.some((word) => commonPasswords.has(word))) return "a password that is not commonly used";
	return undefined;
}

/** `aaaaaaaaaa`, `abababababab`, `passpasspass`: at most three different characters, or a short piece repeated. */
function isRepetitive(text: string): boolean {
	if (new Set(text).size <= 3) return true;
	for (let size = 1; size <= Math.min(8, text.length / 2); size++)
		if (text.slice(size) === text.slice(0, -size)) return true;
	return false;
}

const rows = [
	"abcdefghijklmnopqrstuvwxyz",
	"01234567890",
	"qwertyuiop",
	"asdfghjkl",
	"zxcvbnm",
	"qwertzuiop",
	"yxcvbnm",
];
const steps = new Set(
	rows.flatMap((row) => [...row].slice(1).flatMap((next, at) => [`${row[at]}${next}`, `${next}${row[at]}`])),
);

/** `abcdefghij`, `9876543210`, `qwertyuiop1234`: nearly every character is a neighbour of the previous one. */
function isSequence(text: string): boolean {
	let neighbours = 0;
	for (let at = 1; at < text.length; at++) if (steps.has(text.slice(at - 1, at + 1))) neighbours++;
	return neighbours >= (text.length - 1) * 0.75;
}

/** True for a name or address of the account, or our own domain, plus fewer than four other characters. */
function isAboutThem(text: string, { handle, domain, displayName, email }: PasswordContext): boolean {
	const names = [
		handle,
		domain,
		domain?.split(":")[0],
		domain?.split(".")[0],
		displayName,
		email,
		email?.split("@")[0],
	];
	const plain = onlyLetters(text);
	return names.some((name) => {
		const part = onlyLetters((name ?? "").normalize("NFKC").toLowerCase());
		return part.length >= 4 && plain.includes(part) && plain.replaceAll(part, "").length < 4;
	});
}

const onlyLetters = (text: string): string => text.replace(/[^\p{Letter}\p{Number}]/gu, "");

/** The password without leading and trailing digits and signs: `123password!!` → `password`. */
const wordIn = (text: string): string => text.replace(/^[^a-z]+|[^a-z]+$/g, "");

const leet: Readonly<Record<string, string>> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", $: "s", "@": "a" };

/** Replaces look-alikes by letters, except at the end: `p4ssw0rd12` → `password12`. */
function readLeet(text: string): string {
	const end = text.length - (/[^a-z]*$/.exec(text)?.[0].length ?? 0);
	return text.slice(0, end).replace(/[^a-z]/g, (sign) => leet[sign] ?? sign) + text.slice(end);
}
