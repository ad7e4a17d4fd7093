import { deleteAccount } from "#core/erasure/delete-account.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import { personUrl } from "../../base/urls.ts";
import { fillInPlain } from "../../page-kit/fill-in.ts";
import { renderNotice } from "../../page-kit/notice-page.ts";
import { seeOther, sendPage } from "../../page-kit/private-page.ts";
import { attempt, type Refusal } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import { type PageRoute, page, type SignedInCall, signedInPage } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { renderDeleteAccount, renderOwnProfile } from "./profile-page.ts";

/** `/account`: editing the profile, signing out, and deleting the account. */
export function profileRoutes(services: PageServices): readonly PageRoute[] {
	const { context, oauth, instance } = services;
	const signedIn = signedInPage(services);

	async function show({ ctx, frame, form, session }: SignedInCall, refusal?: Refusal): Promise<void> {
		const { account } = session;
		const sent = refusal !== undefined;
		const shown = renderOwnProfile(frame, {
			account,
			url: personUrl(context, account),
			values: {
				displayName: sent ? form.text("displayName") : account.profile.displayName,
				bio: sent ? form.text("bio") : (account.profile.bio ?? ""),
			},
			saved: !sent && ctx.query.done === "saved",
			faults: refusal?.faults ?? [],
		});
		sendPage(ctx, shown, { status: refusal?.status ?? 200 });
	}

	async function save(call: SignedInCall): Promise<void> {
		const { ctx, form, session } = call;
		const tried = await attempt(ctx, async () => {
			// Browsers send line ends as CR LF.
			const bio = form.text("bio").replaceAll("\r\n", "\n");
			await changeProfile(context, session.account, { displayName: form.text("displayName"), bio });
		});
		if ("refusal" in tried) return show(call, tried.refusal);
		seeOther(ctx, "/account?done=saved");
	}

	const askDelete = ({ ctx, frame, session }: SignedInCall, refusal?: Refusal): void =>
		sendPage(ctx, renderDeleteAccount(frame, { account: session.account, faults: refusal?.faults ?? [] }), {
			status: refusal?.status ?? 200,
		});

	async function submitDelete(call: SignedInCall): Promise<void> {
		const { ctx, frame, form, session } = call;
		const wish = { password: form.text("password"), from: ctx.ip };
		const tried = await attempt(ctx, () => deleteAccount(context, session.account, wish));
		if ("refusal" in tried) return askDelete(call, tried.refusal);
		await oauth.sessions.end(ctx);
		sendPage(ctx, renderNotice(frame, { title: texts.account.deleted, text: texts.account.deletedText }));
	}

	return [
		signedIn("GET", "/account", show),
		signedIn("POST", "/account", save),
		page("POST", "/account/sign-out", async ({ ctx, frame }) => {
			await oauth.sessions.end(ctx);
			const { title, lead, again } = texts.signedOut;
			const text = fillInPlain(lead, { instance: instance.name });
			sendPage(ctx, renderNotice(frame, { title, text, link: { to: "/login", label: again } }));
		}),
		signedIn("GET", "/account/delete", async (call) => askDelete(call)),
		signedIn("POST", "/account/delete", submitDelete),
	];
}
