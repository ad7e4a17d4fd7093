/** True for well-formed Unicode without NUL. Databases, JSON readers and other servers don't all accept anything else. */
export const isCleanText = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** What was expected instead of a text that is not clean. */
export const cleanTextExpected = "well-formed Unicode without NUL";

/** A text from another server, in which lone surrogates and NUL are replaced with U+FFFD. */
export const cleanText = (text: string): string =>
	isCleanText(text) ? text : text.toWellFormed().replaceAll("\0", "\ufffd");

/** Scripts in which a joiner changes the form of the letters beside it. */
const joiningScripts = "Arab Beng Deva Gujr Guru Khmr Knda Mlym Mong Mymr Orya Sinh Syrc Taml Telu Tibt"
	.split(" ")
	.map((script) => `\\p{Script=${script}}`)
	.join("");

/** Invisible characters that change the look of what stands before them, and are kept there. */
const kept = [
	// Emoji: presentation, joined pictures, flags of regions.
	"(?<=[\\p{Emoji}])[\\ufe0e\\ufe0f]",
	"(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})",
	"(?<=\\u{1f3f4})[\\u{e0030}-\\u{e007a}]{1,6}\\u{e007f}",
	// Variants of ideographs, and joiners between the letters of scripts that need them.
	"(?<=\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]",
	`(?<=[${joiningScripts}])[\\u200c\\u200d](?=[${joiningScripts}])`,
].join("|");
/** Bidi controls, zero-width and other invisible characters. */
const invisible = "[\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb]";

const breaks = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const toRemove = new RegExp(`(${kept})|${invisible}`, "gu");
const isOdd = new RegExp(`[\\p{Cc}\\p{Zl}\\p{Zp}]|${invisible}`, "u");

/**
 * A name on one line, without bidi controls, zero-width and control characters, which could hide or displace the address beside it
 * (Unicode TR36 §2.7). Emoji and scripts that need joiners keep them. May be empty.
 */
export function cleanName(text: string): string {
	const clean = cleanText(text);
	if (!isOdd.test(clean)) return clean.trim();
	return clean
		.replaceAll(breaks, " ")
		.replaceAll(toRemove, (_, needed: string | undefined) => needed ?? "")
		.trim();
}
