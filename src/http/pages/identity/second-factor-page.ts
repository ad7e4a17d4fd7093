import { fillIn } from "../../page-kit/fill-in.ts";
import { button, type Fault, field, form } from "../../page-kit/form.ts";
import { entryPage, type Frame } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";
import { type LoginPaths, passkeyForm } from "./login-page.ts";

export interface SecondFactorView {
	readonly paths: LoginPaths;
	readonly handle: string;
	readonly factors: readonly ("totp" | "passkey")[];
	readonly faults?: readonly Fault[];
}

/** The form for the second factor. */
export function renderSecondFactor(frame: Frame, { paths, handle, factors, faults = [] }: SecondFactorView): Html {
	const t = texts.secondFactor;
	const who = { handle: html`<strong>${handle}</strong>` };
	const code = factors.includes("totp");
	const passkey = factors.includes("passkey");
	return entryPage(
		frame,
		{ title: t.title, faults, beside: html`<p><a href="${paths.logIn}">${t.startAgain}</a></p>`, passkeys: passkey },
		html`<h1>${t.title}</h1><p class="lead">${fillIn(code ? t.lead : t.leadPasskey, who)}</p>
${
	code &&
	form({ action: paths.secondFactor, csrf: frame.csrf }, [
		field(
			{
				name: "code",
				label: t.code,
				hint: t.codeHint,
				autocomplete: "one-time-code",
				kind: "code",
				maxlength: 64,
				focus: true,
			},
			faults,
		),
		button(t.submit),
	])
}${code && passkey && html`<p class="or">${texts.logIn.or}</p>`}${
	passkey &&
	html`${passkeyForm(frame, paths, t.passkey, texts.logIn.passkeyFailed)}${!code && html`<noscript><p class="note care">${t.needsScript}</p></noscript>`}`
}`,
	);
}
