import { type Fragment, type Html, html } from "./html.ts";

/** Replaces each `{name}` in a text of the catalogue; values are escaped. */
export function fillIn(text: string, values: Readonly<Record<string, Fragment>>): Html {
	return html`${text.split(/(\{\w+\})/).map((part) => (part.startsWith("{") ? values[part.slice(1, -1)] : part))}`;
}

/** Like {@link fillIn}, but returns plain text, for titles. */
export const fillInPlain = (text: string, values: Readonly<Record<string, string | number>>): string =>
	text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
