import type { Context } from "koa";
import { isOpen } from "#core/access/circle.ts";
import { type ReadablePlace, readableById } from "#core/access/readable-place.ts";
import { accountByHandle, parseAddress } from "#core/accounts/find-account.ts";
import { Gone, NotFound } from "#core/errors.ts";
import { channelByHandle } from "#core/groups/find-channel.ts";
import type { ChannelId } from "#core/ids.ts";
import { parseId } from "#core/ids.ts";
import { messageWithPlace } from "#core/messages/list-messages.ts";
import type { Account } from "#core/model/account.ts";
import type { Services } from "../base/services.ts";
import type { Endpoint } from "../base/table-door.ts";
import { alternateOf } from "../base/urls.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import type { Html } from "../page-kit/html.ts";
import { channelPage } from "./channel-page.ts";
import { frontPage } from "./front-page.ts";
import { messagePage } from "./message-page.ts";
import { profilePage } from "./profile-page.ts";

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
			ctx.body = shown.page.text;
			ctx.type = "text/html; charset=utf-8";
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
		const alternate = alternateOf(bridges, { account: account.id });
		return { page: await profilePage(services, { account, place, alternate, before: beforeOf(ctx) }), alternate };
	}

	async function showMessage(ctx: Context, name: string, message: string) {
		const id = parseId("msg", message);
		if (id === undefined) throw new NotFound();
		const author = await personNamed(name);
		const found = await messageWithPlace(context, id, undefined);
		if (found === undefined || found.message.author !== author.id) throw new NotFound();
		const place = await openPlace(found.place.channel.id);
		if (found.message.deletedAt !== undefined) throw new Gone();
		const alternate = alternateOf(bridges, { message: id });
		return {
			page: await messagePage(services, {
				message: found.message,
				place,
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
		const alternate = alternateOf(bridges, { channel: place.channel.id });
		return { page: await channelPage(services, { place, alternate, before: beforeOf(ctx) }), alternate };
	}

	return [
		page("/", async () => ({ page: await frontPage(services) })),
		...["/@:name", "/%40:name"].map((path) => page(path, (ctx, { name = "" }) => showPerson(ctx, name))),
		...["/@:name/:message", "/%40:name/:message"].map((path) =>
			page(path, (ctx, { name = "", message = "" }) => showMessage(ctx, name, message)),
		),
		page("/c/:handle", (ctx, { handle = "" }) => showChannel(ctx, handle)),
	];
}
