import { type Fragment, type Html, html } from "./html.ts";
import { sayPlainly } from "./say.ts";
import { texts } from "./texts.ts";

/** What is wrong with a form: at a field, or (without one) as a whole. */
export interface Fault {
	/** The name of an input. */
	readonly field?: string;
	/** What the field is called, where the text alone does not say which is meant. */
	readonly label?: string;
	readonly text: string;
}

export interface Field {
	readonly name: string;
	readonly label: string;
	readonly type?: "text" | "password" | "email";
	/** What it held when it was sent. Never given for passwords and codes. */
	readonly value?: string | undefined;
	/** What browsers and password managers fill in (HTML, "Autofill"). */
	readonly autocomplete: string;
	readonly hint?: Fragment;
	readonly optional?: boolean;
	/** `name`: letters as they are typed; `code`: the same, spaced so that it can be compared. */
	readonly kind?: "name" | "code";
	readonly inputmode?: "numeric" | "email";
	readonly maxlength?: number;
	readonly rows?: number;
	/** The first field of a page that is there to be filled in. */
	readonly focus?: boolean;
	/** What stands before the name within this page, where several forms have the same field. */
	readonly scope?: string;
}

const idOf = (name: string, scope = ""): string => `field-${scope}${name}`;

/** One input with its label, its hint and what is wrong with it, tied together for who can't see them side by side. */
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

/** All that is wrong, at the top of the page; it takes the focus, so that nobody misses it. */
export function faultSummary(faults: readonly Fault[], scope = ""): Html | false {
	if (faults.length === 0) return false;
	return html`<div class="faults" role="alert" tabindex="-1" autofocus><h2>${texts.form.summary}</h2><ul>${faults.map(
		({ field: name, label, text }) =>
			html`<li>${name === undefined ? text : html`<a href="#${idOf(name, scope)}">${label !== undefined && `${label}: `}${text}</a>`}</li>`,
	)}</ul></div>`;
}

/** For password managers, which want to know whose password a form without a name is about. */
export const nameForManagers = (handle: string): Html =>
	html`<input type="text" name="username" value="${handle}" autocomplete="username" hidden>`;

export interface FormShown {
	readonly action: string;
	/** From `csrfToken`. */
	readonly csrf: string;
	readonly hidden?: Readonly<Record<string, string>>;
	/** The passkey ceremony that the page's script runs before this form is sent, and where its options are. */
	readonly passkey?: { readonly ceremony: "create" | "get"; readonly options: string };
	readonly quiet?: boolean;
}

/** A form that is sent with the page's own token. What is wrong is said by us, next to the field, in every browser alike. */
export const form = ({ action, csrf, hidden = {}, passkey, quiet = false }: FormShown, content: Fragment): Html =>
	html`<form method="post" action="${action}" novalidate${quiet && html` class="quiet-form"`}${
		passkey !== undefined && html` hidden data-passkey="${passkey.ceremony}" data-options="${passkey.options}"`
	}><input type="hidden" name="csrf" value="${csrf}">${Object.entries(hidden).map(
		([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
	)}${content}</form>`;

type Look = "main" | "other" | "danger" | "link";

/** @param named what it does, in full, where several buttons say the same */
export const button = (
	label: string,
	look: Look = "main",
	{ named, name, value }: { named?: string; name?: string; value?: string } = {},
): Html =>
	html`<button type="submit" class="${look}"${named !== undefined && html` aria-label="${named}"`}${
		name !== undefined && html` name="${name}" value="${value ?? ""}"`
	}>${label}</button>`;

/** The title of a page, which says first that something went wrong. */
export const titleWith = (title: string, faults: readonly Fault[]): string =>
	faults.length === 0 ? title : sayPlainly(texts.form.faultTitle, { title });
