/** Safe HTML: made by {@link html}, or sanitised before. */
export class Html {
	readonly text: string;
	constructor(text: string) {
		this.text = text;
	}
}

export type Fragment = string | number | Html | undefined | false | readonly Fragment[];

const escapes: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char] as string);

function write(value: Fragment): string {
	if (value === undefined || value === false) return "";
	if (value instanceof Html) return value.text;
	if (typeof value === "string") return escape(value);
	if (typeof value === "number") return String(value);
	return value.map(write).join("");
}

/** An HTML template. Every value is escaped unless it is `Html` itself; attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...values: readonly Fragment[]): Html {
	let text = strings[0] as string;
	for (const [i, value] of values.entries()) text += write(value) + (strings[i + 1] as string);
	return new Html(text);
}

/** Marks a text as HTML that has been sanitised. */
export const sanitised = (text: string): Html => new Html(text);

const webUrl = /^https?:\/\//i;

/** An untrusted link: anything but http and https becomes `#`. */
export const safeHref = (url: string): string => (webUrl.test(url) ? url : "#");
