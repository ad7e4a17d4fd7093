import { followReference } from "#core/bridging/follow.ts";
import { followableAt } from "#core/bridging/followable.ts";
import { NotFound, Unavailable } from "#core/errors.ts";
import { addressOf } from "#core/model/account.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import type { BrowserSession } from "../oauth/browser-session.ts";
import { followTexts as t } from "../page-kit/follow-texts.ts";
import { renderNotice } from "../page-kit/notice-page.ts";
import { seeOther, sendPage } from "../page-kit/private-page.ts";
import { attempt } from "../page-kit/refusal.ts";
import { renderFollow, renderFollowed } from "./follow-page.ts";
import { type PageCall, type PageRoute, page } from "./page-routes.ts";
import type { PageServices } from "./services.ts";

const path = "/authorize_interaction";
/** The longest address that is looked up, in characters; with it, the way back from the sign-in page stays short enough. */
const maxAddress = 600;

/**
 * `/authorize_interaction?uri=…`, to which other servers send people who want to follow someone from here (WebFinger's subscribe template).
 * It asks before it follows, and leads only to pages of ours.
 */
export function followRoutes(services: PageServices, rates: RateLimits): readonly PageRoute[] {
	const { context, bridges, shadows, oauth } = services;

	/** Redirects to the sign-in page, from which the browser comes back. */
	async function signedIn(call: PageCall, back: string): Promise<BrowserSession | undefined> {
		const session = await oauth.sessions.current(call.ctx);
		if (session === undefined) seeOther(call.ctx, `/login?return=${encodeURIComponent(back)}`);
		return session;
	}

	async function show(call: PageCall): Promise<void> {
		const { ctx } = call;
		const address = addressOfQuery(ctx.query);
		if (address === undefined) return notice(call, 400, t.malformed, t.malformedText);
		const session = await signedIn(call, `${path}?uri=${encodeURIComponent(address)}`);
		if (session === undefined) return;
		await reaching(call, async () => {
			await rates.count(ctx, "lookup", session.account.id);
			const choices = await followableAt(context, bridges, session.account, address);
			if (choices.length === 0) throw new NotFound();
			sendPage(ctx, renderFollow(call.frame, { account: session.account, choices }));
		});
	}

	async function submit(call: PageCall): Promise<void> {
		const { ctx, form, frame } = call;
		const reference = form.text("follow");
		if (reference === "" || reference.length > 2000) return notice(call, 400, t.malformed, t.malformedText);
		const session = await signedIn(call, `${path}?uri=${encodeURIComponent(reference.slice(0, maxAddress))}`);
		if (session === undefined) return;
		await reaching(call, async () => {
			await rates.count(ctx, "lookup", session.account.id);
			const dependencies = { bridges: () => bridges, shadows };
			const tried = await attempt(ctx, () => followReference(context, dependencies, session.account, reference));
			if ("refusal" in tried) {
				const reason = tried.refusal.faults.map(({ text }) => text).join(" ");
				return notice(call, tried.refusal.status, t.notAllowed, reason);
			}
			const { actor, place, membership } = tried.value;
			const address = place.channel.kind === "room" ? `${place.channel.handle}@${context.domain}` : addressOf(actor);
			const state = membership.state === "joined" ? "joined" : "requested";
			sendPage(ctx, renderFollowed(frame, { address, state }));
		});
	}

	return [page("GET", path, show), page("POST", path, submit)];
}

/** What another server asks to follow: `uri`, or `acct` as in older templates. */
function addressOfQuery(query: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
	const { uri = query.acct } = query;
	return typeof uri === "string" && uri.trim() !== "" && uri.length <= maxAddress ? uri.trim() : undefined;
}

function notice({ ctx, frame }: PageCall, status: number, title: string, text: string): void {
	sendPage(ctx, renderNotice(frame, { title, text, link: { to: "/", label: t.front } }), { status });
}

/** Says on a page that there is nothing at an address, or that its server can't be reached. */
async function reaching(call: PageCall, run: () => Promise<void>): Promise<void> {
	try {
		await run();
	} catch (error) {
		if (error instanceof NotFound) return notice(call, 404, t.nothing, t.nothingText);
		if (!(error instanceof Unavailable)) throw error;
		call.ctx.set("Retry-After", String(error.retryAfterSeconds));
		notice(call, 503, t.unavailable, t.unavailableText);
	}
}
