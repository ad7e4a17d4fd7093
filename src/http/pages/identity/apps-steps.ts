import { cleanName } from "#core/clean-text.ts";
import { endSession, sessionsOf } from "#core/identity/sessions.ts";
import { addToken } from "#core/identity/tokens.ts";
import { seeOther, sendPage } from "../../page-kit/private-page.ts";
import type { Refusal } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import { type PageRoute, type SignedInCall, signedInPage } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { renderApps, renderNewToken } from "./apps-page.ts";
import { freshForm, isFresh } from "./fresh-page.ts";

/** `/account/apps`: lists and revokes sessions, tokens and device keys, and creates access tokens. */
export function appsRoutes(services: PageServices): readonly PageRoute[] {
	const { context } = services;
	const signedIn = signedInPage(services);

	async function show({ ctx, frame, session }: SignedInCall, refusal?: Refusal): Promise<void> {
		const shown = renderApps(frame, {
			account: session.account,
			sessions: await sessionsOf(context, session.account, [session.id]),
			fresh: isFresh(context, { session }),
			done: refusal === undefined && ctx.query.done === "ended" ? texts.apps.ended : undefined,
			faults: refusal?.faults ?? [],
		});
		sendPage(ctx, shown, { status: refusal?.status ?? 200 });
	}

	async function makeToken(call: SignedInCall): Promise<void> {
		const { ctx, frame, form, session } = call;
		const name = cleanName(form.text("name")).slice(0, 100);
		if (name === "") return show(call, { status: 400, faults: [{ field: "name", text: texts.form.missing }] });
		const secret = await addToken(context, { account: session.account.id, scopes: ["ofscp"], name });
		sendPage(ctx, renderNewToken(frame, { name, secret }));
	}

	return [
		signedIn("GET", "/account/apps", show),
		signedIn("POST", "/account/apps/end", async ({ ctx, form, session }) => {
			// A session that has already ended is not an error.
			await endSession(context, session.account, form.text("id"));
			seeOther(ctx, "/account/apps?done=ended");
		}),
		freshForm(services, "/account/apps")("/account/apps/token", makeToken),
	];
}
