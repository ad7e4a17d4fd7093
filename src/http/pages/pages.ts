import type { Context, Middleware } from "koa";
import type { Account } from "#core/accounts/account.ts";
import { accountByHandle, parseAddress } from "#core/accounts/find-account.ts";
import { Gone, InvalidRequest, NotFound } from "#core/errors.ts";
import { canRead, type Place, placeOf } from "#core/groups/access.ts";
import { channelByHandle } from "#core/groups/find-group.ts";
import type { ChannelId, MessageId } from "#core/ids.ts";
import { parseId } from "#core/ids.ts";
import { messageWithPlace } from "#core/messages/list-messages.ts";
import type { Services } from "../base/services.ts";
import { alternateOf, isOpen } from "../base/urls.ts";
import type { Rendered } from "../middleware/problem.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import type { Html } from "../page-kit/html.ts";
import { html } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";
import { channelPage } from "./channel-page.ts";
import { frontPage } from "./front-page.ts";
import { messagePage } from "./message-page.ts";
import { profilePage } from "./profile-page.ts";

/** What a page shows of a list: what lies behind this message. */
export const beforeOf = (ctx: Context): string | undefined =>
	typeof ctx.query.before === "string" ? ctx.query.before : undefined;

/** Pages for people: what is open here, and nothing else (design §5). Whatever is not open is not there. */
export function createPages(services: Services, rates: RateLimits) {
	const { world, bridges } = services;

	/** Counts, negotiates and writes. Who asks for another representation is sent there. */
	const page =
		(
			route: string,
			show: (ctx: Context) => Promise<{ page: Html; alternate?: { type: string; url: string } | undefined }>,
		): Middleware =>
		async (ctx, next) => {
			if (ctx.method !== "GET" && ctx.method !== "HEAD") return next();
			ctx.state.route = route;
			await rates.count(ctx, "read", ctx.ip);
			const shown = await show(ctx);
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
		};

	async function openPlace(id: ChannelId): Promise<Place> {
		const place = await placeOf(world, id);
		if (place === undefined || !isOpen(place.channel) || !(await canRead(world, place, undefined)))
			throw new NotFound();
		return place;
	}

	async function personNamed(name: string): Promise<Account> {
		const address = parseAddress(name, world.domain);
		const account = address === undefined ? undefined : await accountByHandle(world, address.handle, address.domain);
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

	async function showMessage(ctx: Context, name: string, id: MessageId) {
		const author = await personNamed(name);
		const found = await messageWithPlace(world, id, undefined);
		if (found === undefined || found.message.author !== author.id || !isOpen(found.place.channel)) throw new NotFound();
		if (found.message.deletedAt !== undefined) throw new Gone();
		const alternate = alternateOf(bridges, { message: id });
		return {
			page: await messagePage(services, {
				...found,
				author,
				alternate,
				after: typeof ctx.query.after === "string" ? ctx.query.after : undefined,
			}),
			alternate,
		};
	}

	return {
		front: page("GET /", async (ctx) => {
			if (ctx.path !== "/") throw new NotFound();
			return { page: await frontPage(services) };
		}),
		people: page("GET /@…", async (ctx) => {
			const [name = "", message, ...more] = decoded(ctx.path).slice(2).split("/");
			if (message === undefined) return showPerson(ctx, name);
			const id = parseId("msg", message);
			if (id === undefined || more.length > 0) throw new NotFound();
			return showMessage(ctx, name, id);
		}),
		channel: page("GET /c/…", async (ctx) => {
			const found = await channelByHandle(world, decoded(ctx.path).slice(3));
			if (found === undefined) throw new NotFound();
			const place = await openPlace(found.channel.id);
			const alternate = alternateOf(bridges, { channel: place.channel.id });
			return { page: await channelPage(services, { place, alternate, before: beforeOf(ctx) }), alternate };
		}),
		/** A problem as a page, when a person's browser asks for one. */
		problem(ctx: Context, { status, body }: Rendered): string | undefined {
			const isForMachines = /^\/(api|\.well-known|tiers|meta)(\/|$)/.test(ctx.path);
			if (isForMachines || !ctx.get("Accept").includes("text/html")) return undefined;
			const main = html`<section class="hero"><h1>${body.title}</h1><p>${body.detail}.</p><ul class="facts"><li>${status}</li></ul></section><p><a href="/">To the front page</a></p>`;
			return layout(services.instance, { title: body.title, description: "" }, main).text;
		},
	};
}

function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		throw new InvalidRequest([{ field: "path", expected: "percent-encoded UTF-8" }]);
	}
}
