import type { Form } from "../../page-kit/read-form.ts";

/** What the page's script has put into a form: the handle of the challenge, and the browser's credential response. */
export function readPasskey(form: Form): { readonly handle: string; readonly response: unknown } | undefined {
	try {
		return { handle: form.text("handle"), response: JSON.parse(form.text("response")) as unknown };
	} catch {
		return undefined;
	}
}
