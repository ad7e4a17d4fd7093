import type { Context } from "koa";
import { isOpen } from "#core/access/circle.ts";
import { type ReadablePlace, readable, readableById } from "#core/access/readable-place.ts";
import { accountByHandle, parseAddress } from "#core/accounts/find-account.ts";
import { messageWithOpenPlace } from "#core/bridging/host/open-place.ts";
import { Gone, NotFound } from "#core/errors.ts";
import { channelByHandle } from "#core/groups/find-channel.ts";
import type { ChannelId } from "#core/ids.ts";
import { parseId } from "#core/ids.ts";
import { tagKey } from "#core/messages/tags.ts";
import type { Account } from "#core/model/account.ts";
import { sendPublic } from "../base/compressed.ts";
import type { Services } from "../base/services.ts";
import type { Endpoint } from "../base/table-door.ts";
import { alternateOf } from "../base/urls.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import type { Html } from "../page-kit/html.ts";
import { channelPage } from "./channel-page.ts";
import { frontPage } from "./front-page.ts";
import { messagePage } from "./message-page.ts";
import { profilePage } from "./profile-page.ts";
import { tagPage } from "./tag-page.ts";

interface Shown {
	readonly page: Html;
	/** Another representation of the same resource, such as its ActivityPub object. */
	readonly alternate?: { readonly type: string; readonly url: string } | undefined;
}

/** The message before which a page of a list ends. */
export const beforeOf = (ctx: Context): string | undefined =>
	typeof ctx.query.before === "string" ? ctx.query.before : undefined;

/** The public pages. A resource that is not open is answered with 404 (design §5). */
export function openPages(services: Services, rates: RateLimits): readonly Endpoint[] {
	const { context, bridges } = services;

	/** Counts the request and sends the page, or redirects to the representation that `Accept` asks for. */
	const page = (
		path: string,
		show: (ctx: Context, params: Readonly<Record<string, string>>) => Promise<Shown>,
	): Endpoint => ({
		method: "GET",
		path,
		async answer(ctx) {
			ctx.state.route = `GET ${path}`;
			await rates.count(ctx, "read", ctx.ip);
			const shown = await show(ctx, (ctx as unknown as { params: Record<string, string> }).params);
			ctx.vary("Accept");
			if (
				shown.alternate !== undefined &&
				ctx.accepts("text/html", "application/activity+json", "application/ld+json") !== "text/html"
			) {
				ctx.redirect(shown.alternate.url);
				return;
			}
			ctx.set("Cache-Control", "public, no-cache");
			await sendPublic(ctx, shown.page.text, "text/html; charset=utf-8");
		},
	});

	async function openPlace(id: ChannelId): Promise<ReadablePlace> {
		const place = await readableById(context, id, undefined);
		if (place === undefined || !isOpen(place.circle)) throw new NotFound();
		return place;
	}

	async function personNamed(name: string): Promise<Account> {
		const address = parseAddress(name, context.domain);
		const account = address === undefined ? undefined : await accountByHandle(context, address.handle, address.domain);
		if (account === undefined) throw new NotFound();
		if (account.deletedAt !== undefined) throw new Gone();
		return account;
	}

	async function showPerson(ctx: Context, name: string) {
		const account = await personNamed(name);
		const place = await openPlace(account.timeline);
		const alternate = alternateOf(bridges, { account });
		return { page: await profilePage(services, { account, place, alternate, before: beforeOf(ctx) }), alternate };
	}

	async function showMessage(ctx: Context, name: string, message: string) {
		const id = parseId("msg", message);
		if (id === undefined) throw new NotFound();
		const author = await personNamed(name);
		const found = await messageWithOpenPlace(context, id);
		if (found === undefined || found.message.author !== author.id) throw new NotFound();
		// One of our people's replies to a remote post is shown alone: the thread is shown where the post is.
		const place = await readable(context, found.place, undefined);
		if (found.message.deletedAt !== undefined) throw new Gone();
		const alternate = alternateOf(bridges, { message: found.message, author });
		return {
			page: await messagePage(services, {
				message: found.message,
				place: found.place,
				thread: place,
				author,
				alternate,
				after: typeof ctx.query.after === "string" ? ctx.query.after : undefined,
			}),
			alternate,
		};
	}

	async function showChannel(ctx: Context, handle: string) {
		const found = await channelByHandle(context, handle);
		if (found === undefined) throw new NotFound();
		const place = await openPlace(found.channel.id);
		const alternate = alternateOf(bridges, { channel: place.channel });
		return { page: await channelPage(services, { place, alternate, before: beforeOf(ctx) }), alternate };
	}

	async function showTag(ctx: Context, name: string) {
		const tag = tagKey(name);
		if (tag === undefined) throw new NotFound();
		const { before } = ctx.query;
		const from = typeof before === "string" ? parseId("msg", before) : undefined;
		if (before !== undefined && from === undefined) throw new NotFound();
		return { page: await tagPage(services, { tag, before: from }) };
	}

	return [
		page("/", async () => ({ page: await frontPage(services) })),
		...["/@:name", "/%40:name"].map((path) => page(path, (ctx, { name = "" }) => showPerson(ctx, name))),
		...["/@:name/:message", "/%40:name/:message"].map((path) =>
			page(path, (ctx, { name = "", message = "" }) => showMessage(ctx, name, message)),
		),
		page("/c/:handle", (ctx, { handle = "" }) => showChannel(ctx, handle)),
		page("/tags/:tag", (ctx, { tag = "" }) => showTag(ctx, tag)),
	];
}
