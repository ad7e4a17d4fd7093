import type { Instance } from "../base/services.ts";
import { fillIn, fillInPlain } from "../page-kit/fill-in.ts";
import { button, type Fault, field } from "../page-kit/form.ts";
import { entryPage } from "../page-kit/frame.ts";
import { type Html, html } from "../page-kit/html.ts";
import { texts } from "../page-kit/texts.ts";

/** A form of the device flow (RFC 8628), with the authorization server's own CSRF token. */
export interface DeviceForm {
	readonly action: string;
	readonly xsrf: string;
}

type Frame = { readonly instance: Instance };

const deviceForm = ({ action, xsrf }: DeviceForm, content: Html): Html =>
	html`<form method="post" action="${action}" novalidate><input type="hidden" name="xsrf" value="${xsrf}">${content}</form>`;

/** The form for the user code. @param failure why the code that was entered before did not work */
export function renderDeviceCode(
	frame: Frame,
	shown: DeviceForm & { readonly failure?: "wrong" | "failed"; readonly code?: string },
): Html {
	const t = texts.device;
	const faults: Fault[] =
		shown.failure === undefined
			? []
			: [{ text: t[shown.failure], ...(shown.failure === "wrong" ? { field: "user_code" } : {}) }];
	return entryPage(
		frame,
		{ title: t.title, faults },
		html`<h1>${t.title}</h1><p class="lead">${t.lead}</p>${deviceForm(
			shown,
			html`${field({ name: "user_code", label: t.code, value: shown.code, autocomplete: "off", kind: "code", maxlength: 40, focus: true }, faults)}${button(t.submit)}`,
		)}`,
	);
}

/** Asks whether the device shows the same code. */
export function renderDeviceConfirm(
	frame: Frame,
	shown: DeviceForm & { readonly client: string; readonly code: string },
): Html {
	const t = texts.device;
	const title = fillInPlain(t.confirmTitle, { client: shown.client });
	return entryPage(
		frame,
		{ title },
		html`<h1>${fillIn(t.confirmTitle, { client: html`<bdi>${shown.client}</bdi>` })}</h1><p class="lead">${t.confirmLead}</p><p class="secret user-code">${shown.code}</p>
<div class="note care"><p>${t.confirmWarning}</p></div>${deviceForm(
			shown,
			html`<input type="hidden" name="user_code" value="${shown.code}"><div class="choice">${button(t.refuse, "other", { name: "abort", value: "yes" })}${button(t.confirm, "main", { name: "confirm", value: "yes" })}</div>`,
		)}`,
	);
}

/** Tells that the device is connected. */
export function renderDeviceDone(frame: Frame, { client }: { readonly client: string }): Html {
	const t = texts.device;
	return entryPage(
		frame,
		{ title: t.doneTitle },
		html`<h1>${t.doneTitle}</h1><p class="lead">${fillIn(t.doneLead, { client: html`<strong><bdi>${client}</bdi></strong>` })}</p>`,
	);
}
