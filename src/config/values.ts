import { z } from "zod";

/**
 * The types of the values of configuration keys. The error message of each is the phrase that follows "expected" in a problem.
 */

/** Any text. */
export const text = () => z.string("text");

/** `true` or `false`. */
export const flag = () => z.boolean("true or false");

/** An integer from `min` to `max`. */
export const integer = (min: number, max: number) => {
	const expected = `a whole number from ${min} to ${max}`;
	return z.number(expected).int(expected).min(min, expected).max(max, expected);
};

/** One of the names. */
export const oneOf = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
	z.enum(names, `one of ${names.join(", ")}`);

/** A domain as `host[:port]`, for `federation.allow` and `federation.deny`. */
export const domain = () => {
	const expected = "a domain such as social.example or social.example:8448";
	return z.string(expected).refine((value) => /^[^\s/@?#]+$/.test(value) && URL.canParse(`https://${value}`), expected);
};

/** An HTTP origin as `URL.origin` gives it: in lower case, without a path and without the default port of the scheme. */
export const origin = () => {
	const expected =
		"an origin such as https://social.example, without a path, a trailing slash or the scheme's default port";
	return z.string(expected).refine((value) => isHttp(value) && new URL(value).origin === value, expected);
};

/** A URL with one of the schemes, such as `mongodb://…`. */
export const serviceUrl = (...schemes: readonly string[]) => {
	const expected = `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`;
	return z
		.string(expected)
		.refine(
			(value) => schemes.some((scheme) => value.startsWith(`${scheme}://`) && value.length > scheme.length + 3),
			expected,
		);
};

/** A URL with one of the schemes, or the empty string if there is no such service. */
export const urlOrNothing = (...schemes: readonly string[]) => {
	const expected = `nothing, or a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`;
	return z
		.string(expected)
		.refine(
			(value) => value === "" || (URL.canParse(value) && schemes.some((scheme) => value.startsWith(`${scheme}://`))),
			expected,
		);
};

/** A rate limit, with defaults: `points` requests in `seconds` seconds. */
export const rate = (points: number, seconds: number) =>
	section({ points: integer(1, 1_000_000_000).default(points), seconds: integer(1, 86_400).default(seconds) });

/** A section of keys. All of them have defaults, so that the section can be left out. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
	z.strictObject(shape, "a section with keys").prefault({} as never);

const isHttp = (value: string): boolean => /^https?:\/\//.test(value) && URL.canParse(value);
