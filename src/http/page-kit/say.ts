import { type Fragment, type Html, html } from "./html.ts";

/** Fills in the `{name}`s of a text of the catalogue; what is filled in is escaped like everything else. */
export function say(text: string, values: Readonly<Record<string, Fragment>>): Html {
	return html`${text.split(/(\{\w+\})/).map((part) => (part.startsWith("{") ? values[part.slice(1, -1)] : part))}`;
}

/** The same as plain text, for titles. */
export const sayPlainly = (text: string, values: Readonly<Record<string, string | number>>): string =>
	text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
