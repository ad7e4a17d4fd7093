import { NotFound } from "#core/errors.ts";
import { passwordSince } from "#core/identity/credentials.ts";
import { askRecovery, recover, recoveryState } from "#core/identity/recovery.ts";
import type { Services } from "../../base/services.ts";
import { fillInPlain } from "../../page-kit/fill-in.ts";
import { renderNotice } from "../../page-kit/notice-page.ts";
import { sendPage } from "../../page-kit/private-page.ts";
import { attempt, type Refusal } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import { type PageCall, type PageRoute, page } from "../page-routes.ts";
import { renderAskRecovery, renderSetPassword } from "./recovery-pages.ts";

/** `/recover`: requesting and using a recovery link. */
export function recoveryRoutes(services: Services): readonly PageRoute[] {
	const { context, instance } = services;
	const t = texts.recovery;

	function ask({ ctx, frame, form }: PageCall, refusal?: Refusal): void {
		if (!context.identity.mail.enabled) return sayNoMail({ ctx, frame });
		const shown = renderAskRecovery(frame, { name: form.text("name"), faults: refusal?.faults ?? [] });
		sendPage(ctx, shown, { status: refusal?.status ?? 200 });
	}

	function sayNoMail({ ctx, frame }: Pick<PageCall, "ctx" | "frame">): void {
		const text = fillInPlain(t.noMail, { instance: instance.name });
		const notice = { title: t.title, text, link: { to: "/login", label: texts.logIn.title } };
		sendPage(ctx, renderNotice(frame, notice));
	}

	/** Shows the form for a new password, or that the link is no longer valid. */
	async function set({ ctx, frame }: PageCall, link: string, refusal?: Refusal): Promise<void> {
		const account = await recoveryState(context, link);
		if (account !== undefined) {
			const isFirst = (await passwordSince(context, account.id)) === 0;
			const shown = renderSetPassword(frame, { account, link, isFirst, faults: refusal?.faults ?? [] });
			return sendPage(ctx, shown, { status: refusal?.status ?? 200 });
		}
		const notice = { title: t.invalid, text: t.invalidText, link: { to: "/recover", label: t.again } };
		sendPage(ctx, renderNotice(frame, notice), { status: 404 });
	}

	async function submitName(call: PageCall): Promise<void> {
		const { ctx, frame, form } = call;
		const name = form.text("name").trim();
		if (name === "") return ask(call, { status: 400, faults: [{ field: "name", text: texts.form.missing }] });
		const tried = await attempt(ctx, () => askRecovery(context, { name, from: ctx.ip }));
		if ("refusal" in tried) return ask(call, tried.refusal);
		if (!context.identity.mail.enabled) return sayNoMail(call);
		const text = fillInPlain(t.sentText, { instance: instance.name });
		sendPage(ctx, renderNotice(frame, { title: t.sent, text, link: { to: "/login", label: texts.logIn.title } }));
	}

	async function submitPassword(call: PageCall): Promise<void> {
		const { ctx, frame, form } = call;
		const link = form.text("link");
		const account = await recoveryState(context, link);
		const isFirst = account !== undefined && (await passwordSince(context, account.id)) === 0;
		const tried = await attempt(ctx, () =>
			recover(context, link, form.text("password"), { endAll: form.has("endAll") }).catch((error: unknown) => {
				if (error instanceof NotFound) return undefined;
				throw error;
			}),
		);
		if ("refusal" in tried) return set(call, link, tried.refusal);
		if (tried.value === undefined) return set(call, "");
		const title = isFirst ? t.firstDone : t.done;
		const notice = { title, text: t.doneText, link: { to: "/login", label: texts.logIn.title } };
		sendPage(ctx, renderNotice(frame, notice));
	}

	return [
		page("GET", "/recover", async (call) => {
			const { link } = call.ctx.query;
			return typeof link === "string" ? set(call, link) : ask(call);
		}),
		page("POST", "/recover", submitName),
		page("POST", "/recover/password", submitPassword),
	];
}
