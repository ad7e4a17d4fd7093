import type { RegistrationMode } from "#core/identity/identity.ts";
import { fillIn } from "../../page-kit/fill-in.ts";
import { button, type Fault, field, form } from "../../page-kit/form.ts";
import { entryPage, type Frame } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";

export interface SignUpView {
	/** Where the form is posted. */
	readonly action: string;
	readonly logIn: string;
	readonly mode: RegistrationMode;
	/** The invitation in the URL. */
	readonly invite?: { readonly secret: string; readonly state: "valid" | "invalid" } | undefined;
	readonly values?: { readonly handle: string; readonly displayName: string; readonly email: string };
	readonly faults?: readonly Fault[];
}

/** The sign-up form, or why new accounts are not accepted. */
export function renderSignUp(frame: Frame, view: SignUpView): Html {
	const t = texts.signUp;
	const { instance, domain } = frame;
	const { mode, invite, values, faults = [] } = view;
	const beside = html`<p>${fillIn(t.haveAccount, { link: html`<a href="${view.logIn}">${texts.logIn.title}</a>` })}</p>`;
	const isInvited = invite?.state === "valid";
	if (mode !== "open" && !isInvited && faults.length === 0) {
		const [title, text] = mode === "closed" ? [t.closed, t.closedText] : [t.inviteOnly, t.inviteOnlyText];
		return entryPage(
			frame,
			{ title, beside },
			html`<h1>${title}</h1>${invite !== undefined && mode === "invite" && html`<div class="note care"><p>${t.invitationInvalid}</p></div>`}<p>${fillIn(text, { instance: instance.name })}</p>`,
		);
	}
	return entryPage(
		frame,
		{ title: t.title, faults, beside },
		html`<h1>${t.title}</h1><p class="lead">${fillIn(t.lead, { instance: html`<strong>${instance.name}</strong>` })}</p>
${form({ action: view.action, csrf: frame.csrf, hidden: invite === undefined ? {} : { invite: invite.secret } }, [
	field(
		{
			name: "handle",
			label: t.handle,
			hint: fillIn(t.handleHint, { domain }),
			value: values?.handle,
			autocomplete: "username",
			kind: "name",
			maxlength: 32,
			focus: true,
		},
		faults,
	),
	field(
		{
			name: "displayName",
			label: t.displayName,
			value: values?.displayName,
			autocomplete: "nickname",
			optional: true,
			maxlength: 100,
		},
		faults,
	),
	field(
		{
			name: "email",
			label: t.email,
			hint: t.emailHint,
			type: "email",
			inputmode: "email",
			value: values?.email,
			autocomplete: "email",
			optional: true,
			maxlength: 320,
		},
		faults,
	),
	field(
		{ name: "password", label: t.password, hint: t.passwordHint, type: "password", autocomplete: "new-password" },
		faults,
	),
	button(t.submit),
])}`,
	);
}
