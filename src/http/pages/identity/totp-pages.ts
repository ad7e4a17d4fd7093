import type { Account } from "#core/model/account.ts";
import { button, type Fault, field, form } from "../../page-kit/form.ts";
import { entryPage, type Frame } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";

const t = texts.security;

export interface TotpView {
	readonly account: Account;
	/** In base32. */
	readonly secret: string;
	/** `otpauth://…` */
	readonly uri: string;
	/** The modules of the QR code, by row; true is dark. */
	readonly qr: readonly (readonly boolean[])[];
	readonly faults?: readonly Fault[];
}

/** The page that sets up an authenticator app: a QR code, and a form for the app's first code. */
export function renderTotpSetUp(frame: Frame, { secret, uri, qr, faults = [] }: TotpView): Html {
	return entryPage(
		frame,
		{ title: t.totpSetUp, faults, beside: html`<p><a href="/account/security">${texts.form.back}</a></p>` },
		html`<h1>${t.totpSetUp}</h1><p>${t.totpScan}</p>${qrCode(qr)}
<p>${t.totpType}</p><p class="secret">${secret.match(/.{1,4}/g)?.join(" ") ?? secret}</p>
<p><a href="${uri}">${t.totpOpen}</a></p>
${form({ action: "/account/security/totp/confirm", csrf: frame.csrf, hidden: { secret, uri } }, [
	field(
		{
			name: "code",
			label: t.totpCode,
			autocomplete: "one-time-code",
			kind: "code",
			inputmode: "numeric",
			maxlength: 12,
		},
		faults,
	),
	button(t.totpConfirm),
])}`,
	);
}

/** Black on white in both colour schemes, with the quiet zone of four modules that readers need (ISO/IEC 18004). */
function qrCode(dark: TotpView["qr"]): Html {
	const size = dark.length + 8;
	const path = dark.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
	return html`<svg class="qr" role="img" aria-label="${t.totpAlt}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path}"/></svg>`;
}

/** The page that shows new recovery codes, once. */
export function renderRecoveryCodes(frame: Frame, { codes }: { readonly codes: readonly string[] }): Html {
	return entryPage(
		frame,
		{ title: t.codesTitle },
		html`<h1>${t.codesTitle}</h1><div class="note care"><p>${t.codesText}</p></div>
<ul class="codes">${codes.map((code) => html`<li>${code}</li>`)}</ul><p><a class="button main" href="/account/security">${t.codesDone}</a></p>`,
	);
}
