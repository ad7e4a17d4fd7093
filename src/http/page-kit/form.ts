import { fillInPlain } from "./fill-in.ts";
import { type Fragment, type Html, html } from "./html.ts";
import { texts } from "./texts.ts";

/** An error in a form: at a field, or in the form as a whole. */
export interface Fault {
	/** The name of an input. */
	readonly field?: string;
	/** The field's label, if the text alone does not make clear which field is meant. */
	readonly label?: string;
	readonly text: string;
}

export interface Field {
	readonly name: string;
	readonly label: string;
	readonly type?: "text" | "password" | "email";
	/** The value that was sent. Never set for passwords and codes. */
	readonly value?: string | undefined;
	/** For browsers and password managers (HTML, "Autofill"). */
	readonly autocomplete: string;
	readonly hint?: Fragment;
	readonly optional?: boolean;
	/** `name`: no automatic capitals or spelling; `code`: the same, letter-spaced so that it is easy to compare. */
	readonly kind?: "name" | "code";
	readonly inputmode?: "numeric" | "email";
	readonly maxlength?: number;
	readonly rows?: number;
	/** True for the field that has the focus when the page opens. */
	readonly focus?: boolean;
	/** A prefix that makes ids unique, where several forms of a page have the same field. */
	readonly scope?: string;
}

const idOf = (name: string, scope = ""): string => `field-${scope}${name}`;

/** An input with its label, hint and errors, associated for screen readers. */
export function field(it: Field, faults: readonly Fault[] = []): Html {
	const id = idOf(it.name, it.scope);
	const wrong = faults.filter((fault) => fault.field === it.name);
	const described = [it.hint !== undefined && `${id}-hint`, wrong.length > 0 && `${id}-fault`]
		.filter(Boolean)
		.join(" ");
	const attributes = html`id="${id}" name="${it.name}" autocomplete="${it.autocomplete}"${
		described !== "" && html` aria-describedby="${described}"`
	}${wrong.length > 0 && html` aria-invalid="true"`}${!(it.optional ?? false) && html` required`}${
		it.kind !== undefined && html` class="${it.kind}" autocapitalize="none" spellcheck="false"`
	}${it.inputmode !== undefined && html` inputmode="${it.inputmode}"`}${
		it.maxlength !== undefined && html` maxlength="${it.maxlength}"`
	}${(it.focus ?? false) && faults.length === 0 && html` autofocus`}`;
	const control =
		it.rows === undefined
			? html`<input type="${it.type ?? "text"}" ${attributes}${it.type !== "password" && it.value !== undefined && html` value="${it.value}"`}>`
			: html`<textarea rows="${it.rows}" ${attributes}>
${it.value ?? ""}</textarea>`;
	return html`<div class="field"><label for="${id}">${it.label}${(it.optional ?? false) && html` <span class="quiet">${texts.form.optional}</span>`}</label>
${it.hint !== undefined && html`<p class="hint" id="${id}-hint">${it.hint}</p>`}
${wrong.length > 0 && html`<p class="fault" id="${id}-fault">${wrong.map(({ text }) => text).join(" ")}</p>`}
${control}</div>`;
}

/** A choice that is off unless it is made. */
export const checkbox = (name: string, label: string): Html =>
	html`<p class="choice-box"><label><input type="checkbox" name="${name}" value="yes"> ${label}</label></p>`;

/** The summary of all errors, at the top of the page; it takes the focus. */
export function faultSummary(faults: readonly Fault[], scope = ""): Html | false {
	if (faults.length === 0) return false;
	return html`<div class="faults" role="alert" tabindex="-1" autofocus><h2>${texts.form.summary}</h2><ul>${faults.map(
		({ field: name, label, text }) =>
			html`<li>${name === undefined ? text : html`<a href="#${idOf(name, scope)}">${label !== undefined && `${label}: `}${text}</a>`}</li>`,
	)}</ul></div>`;
}

/** A hidden field that tells password managers which account a form without a name field belongs to. */
export const nameForManagers = (handle: string): Html =>
	html`<input type="text" name="username" value="${handle}" autocomplete="username" hidden>`;

export interface FormShown {
	readonly action: string;
	/** From `csrfToken`. */
	readonly csrf: string;
	readonly hidden?: Readonly<Record<string, string>>;
	/** The passkey ceremony that the page's script runs before it sends this form, and the URL of its options. */
	readonly passkey?: { readonly ceremony: "create" | "get"; readonly options: string };
	readonly quiet?: boolean;
}

/** A form with the page's CSRF token. The browser's validation is off, so that errors look the same in every browser. */
export const form = ({ action, csrf, hidden = {}, passkey, quiet = false }: FormShown, content: Fragment): Html =>
	html`<form method="post" action="${action}" novalidate${quiet && html` class="quiet-form"`}${
		passkey !== undefined && html` hidden data-passkey="${passkey.ceremony}" data-options="${passkey.options}"`
	}><input type="hidden" name="csrf" value="${csrf}">${Object.entries(hidden).map(
		([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
	)}${content}</form>`;

type Look = "main" | "other" | "danger" | "link";

/** @param named the accessible name, where several buttons have the same label */
export const button = (
	label: string,
	look: Look = "main",
	{ named, name, value }: { named?: string; name?: string; value?: string } = {},
): Html =>
	html`<button type="submit" class="${look}"${named !== undefined && html` aria-label="${named}"`}${
		name !== undefined && html` name="${name}" value="${value ?? ""}"`
	}>${label}</button>`;

/** The title of a page, which begins with a notice if there are errors. */
export const titleWith = (title: string, faults: readonly Fault[]): string =>
	faults.length === 0 ? title : fillInPlain(texts.form.faultTitle, { title });
