import { InvalidRequest } from "../errors.ts";

/** OFSCP asks for a minimum of its own; wire.md, "People", says ten. */
const minLength = 10;
/** Of UTF-16 units. Hashing costs the same whatever the length, but nobody needs to send us a book. */
const maxLength = 1024;

/** What a password must not be made of: everybody who wants in knows these. */
export interface PasswordContext {
	readonly handle?: string;
	readonly domain?: string;
	readonly displayName?: string;
	readonly email?: string;
}

/** The one form in which a password is hashed: however the keyboard composes it, it is the same one. */
export const normalPassword = (password: string): string => password.normalize("NFKC");

/**
 * @param field JSON pointer of the field that the password came in
 * @throws {InvalidRequest} the password is too short, too long or among those that are tried first
 */
export async function checkPassword(password: string, context: PasswordContext, field = "/password"): Promise<void> {
	const expected = await passwordFault(password, context);
	if (expected !== undefined) throw new InvalidRequest([{ field, expected }]);
}

/** What is wrong with a password that somebody wants; `undefined`: nothing. */
export async function passwordFault(password: string, context: PasswordContext): Promise<string | undefined> {
	const normal = normalPassword(password);
	if (password.length > maxLength || normal.length > maxLength) return `at most ${maxLength} characters`;
	if ([...normal].length < minLength) return `at least ${minLength} characters`;
	const lower = normal.toLowerCase();
	if (isRepetitive(lower)) return "a password that is more than a few characters over and over";
	if (isSequence(lower)) return "a password that is more than a row of the alphabet, the digits or the keyboard";
	if (isAboutThem(lower, context)) return "a password that is more than a name or an address of yours";
	const { commonPasswords } = await import("./common-passwords.ts");
	const candidates = [lower, wordIn(lower), wordIn(readLeet(lower))];
	if (candidates.some((word) => commonPasswords.has(word))) return "a password that is not among the common ones";
	return undefined;
}

/** `aaaaaaaaaa`, `abababababab`, `passpasspass`: at most four characters, or one short piece again and again. */
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

/** `abcdefghij`, `9876543210`, `qwertyuiop1234`: nearly every character is the neighbour of the one before. */
function isSequence(text: string): boolean {
	let neighbours = 0;
	for (let at = 1; at < text.length; at++) if (steps.has(text.slice(at - 1, at + 1))) neighbours++;
	return neighbours >= (text.length - 1) * 0.75;
}

/** A name or address of theirs, or our own domain, with fewer than four characters beside it. */
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

/** What is left of `123password!!` without the digits and signs at its ends. */
const wordIn = (text: string): string => text.replace(/^[^a-z]+|[^a-z]+$/g, "");

const leet: Readonly<Record<string, string>> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", $: "s", "@": "a" };

/** `p4ssw0rd` read as `password`, digits at the end left as they are. */
function readLeet(text: string): string {
	const end = text.length - (/[^a-z]*$/.exec(text)?.[0].length ?? 0);
	return text.slice(0, end).replace(/[^a-z]/g, (sign) => leet[sign] ?? sign) + text.slice(end);
}
