import { z } from "zod";

/**
 * The kinds of values that configuration keys take. Each carries as its error the phrase that stands behind "expected" when
 * the value is wrong.
 */

export const text = () => z.string("text");

export const flag = () => z.boolean("true or false");

export const whole = (min: number, max: number) => {
	const expected = `a whole number from ${min} to ${max}`;
	return z.number(expected).int(expected).min(min, expected).max(max, expected);
};

export const oneOf = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
	z.enum(names, `one of ${names.join(", ")}`);

/** `host[:port]`, as `federation.allow` compares it. */
export const domain = () => {
	const expected = "a domain such as social.example or social.example:8448";
	return z.string(expected).refine((value) => /^[^\s/@?#]+$/.test(value) && URL.canParse(`https://${value}`), expected);
};

/** An origin exactly as `URL.origin` writes it: lower case, no path, no port that is the scheme's own. */
export const origin = () => {
	const expected =
		"an origin such as https://social.example, without a path, a trailing slash or the scheme's own port";
	return z.string(expected).refine((value) => isHttp(value) && new URL(value).origin === value, expected);
};

/** A URL of a service's own scheme: `mongodb://…`, `redis://…`. */
export const serviceUrl = (...schemes: readonly string[]) => {
	const expected = `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`;
	return z
		.string(expected)
		.refine(
			(value) => schemes.some((scheme) => value.startsWith(`${scheme}://`) && value.length > scheme.length + 3),
			expected,
		);
};

/** The same, or empty where there is no such service. */
export const urlOrNothing = (...schemes: readonly string[]) => {
	const expected = `nothing, or a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`;
	return z
		.string(expected)
		.refine(
			(value) => value === "" || (URL.canParse(value) && schemes.some((scheme) => value.startsWith(`${scheme}://`))),
			expected,
		);
};

/** `points` requests in any `seconds`. */
export const rate = (points: number, seconds: number) =>
	section({ points: whole(1, 1_000_000_000).default(points), seconds: whole(1, 86_400).default(seconds) });

/** Keys that belong together; all of them have defaults, so that the whole section may be left out. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
	z.strictObject(shape, "a section with keys").prefault({} as never);

const isHttp = (value: string): boolean => /^https?:\/\//.test(value) && URL.canParse(value);
