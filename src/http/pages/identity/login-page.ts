import { fillIn, fillInPlain } from "../../page-kit/fill-in.ts";
import { button, type Fault, field, form } from "../../page-kit/form.ts";
import { entryPage, type Frame } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";

/** Where the forms of a login are posted. */
export interface LoginPaths {
	readonly logIn: string;
	readonly secondFactor: string;
	readonly passkey: string;
	readonly passkeyOptions: string;
	readonly signUp: string;
	/** Denies the client's request; absent without a client. */
	readonly abort?: string;
}

export interface LogInView {
	readonly paths: LoginPaths;
	/** The name of the requesting client; absent for the account pages. */
	readonly client?: string | undefined;
	readonly name?: string | undefined;
	readonly faults?: readonly Fault[];
	/** True if new accounts need no invitation. */
	readonly signUp: boolean;
}

/** The login form. */
export function renderLogIn(frame: Frame, { paths, client, name, faults = [], signUp }: LogInView): Html {
	const t = texts.logIn;
	const beside = html`<p><a href="/recover">${t.forgotten}</a></p>${
		signUp && html`<p>${fillIn(t.newHere, { link: html`<a href="${paths.signUp}">${texts.signUp.title}</a>` })}</p>`
	}${paths.abort !== undefined && form({ action: paths.abort, csrf: frame.csrf, quiet: true }, button(t.cancel, "link"))}`;
	return entryPage(
		frame,
		{ title: t.title, faults, beside, passkeys: true },
		html`<h1>${fillInPlain(t.titleAt, { instance: frame.instance.name })}</h1>
${client !== undefined && html`<p class="lead">${fillIn(t.toContinue, { client: html`<strong><bdi>${client}</bdi></strong>` })}</p>`}
${form({ action: paths.logIn, csrf: frame.csrf }, [
	field(
		{
			name: "name",
			label: t.name,
			value: name,
			autocomplete: "username",
			kind: "name",
			maxlength: 320,
			focus: name === undefined,
		},
		faults,
	),
	field(
		{
			name: "password",
			label: t.password,
			type: "password",
			autocomplete: "current-password",
			focus: name !== undefined,
		},
		faults,
	),
	button(t.submit),
])}
<p class="or">${t.or}</p>
${passkeyForm(frame, paths, t.passkey, t.passkeyFailed)}`,
	);
}

/** A form that the script shows if the browser supports passkeys. */
export const passkeyForm = (
	{ csrf }: Frame,
	{ passkey, passkeyOptions }: LoginPaths,
	label: string,
	failed: string,
): Html =>
	form(
		{
			action: passkey,
			csrf,
			hidden: { handle: "", response: "" },
			passkey: { ceremony: "get", options: passkeyOptions },
		},
		[html`<p class="fault" role="alert" data-failed hidden>${failed}</p>`, button(label, "other")],
	);
