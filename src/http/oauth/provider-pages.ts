import type { Context } from "koa";
import { type Configuration, errors, type KoaContextWithOIDC } from "oidc-provider";
import type { Instance } from "../base/services.ts";
import { fillInPlain } from "../page-kit/fill-in.ts";
import { button } from "../page-kit/form.ts";
import { entryPage } from "../page-kit/frame.ts";
import { html } from "../page-kit/html.ts";
import { renderNotice, renderOAuthError } from "../page-kit/notice-page.ts";
import { sendPage } from "../page-kit/private-page.ts";
import { texts } from "../page-kit/texts.ts";
import { wrongUserCodes } from "./customise-provider.ts";
import { renderDeviceCode, renderDeviceConfirm, renderDeviceDone } from "./device-pages.ts";
import { isClientEndpoint } from "./endpoints.ts";
import { nameOf, originOf } from "./interactions.ts";

type Features = NonNullable<Configuration["features"]>;

/** The library's context is Koa's. */
const asContext = (ctx: KoaContextWithOIDC): Context => ctx as unknown as Context;
const xsrfOf = (ctx: KoaContextWithOIDC): string =>
	((ctx.oidc.session as { state?: { secret?: string } } | undefined)?.state?.secret ?? "") as string;
const clientName = ({ oidc }: KoaContextWithOIDC): string => (oidc.client === undefined ? "" : nameOf(oidc.client));

/** The authorization server's pages besides its interactions, in our layout. */
export function providerPages(instance: Instance) {
	const frame = { instance };

	const renderError: NonNullable<Configuration["renderError"]> = (ctx, out, thrown) => {
		const { error, error_description } = out;
		// The library asks `Accept`, but these answers are JSON for every client (RFC 6749 §5.2).
		if (isClientEndpoint(ctx.path)) {
			ctx.set("Cache-Control", "no-store");
			ctx.body = out;
			return;
		}
		const page = renderOAuthError(frame, {
			code: error,
			...(error_description === undefined ? {} : { detail: error_description }),
			isExpired: thrown instanceof errors.SessionNotFound,
		});
		sendPage(asContext(ctx), page, { status: ctx.status });
	};

	const deviceFlow: NonNullable<Features["deviceFlow"]> = {
		enabled: true,
		charset: "base-20",
		mask: "****-****",
		userCodeInputSource(ctx, _form, out, thrown) {
			const session = ctx.oidc.session as { exp?: number; touched?: boolean } | undefined;
			// If the form came without its cookie, there is no session to store a new form's token in.
			if (out !== undefined && session !== undefined && session.exp === undefined) {
				session.touched = false;
				sendPage(asContext(ctx), renderOAuthError(frame, { code: out.error, isExpired: true }), { status: 400 });
				return;
			}
			const failure = out === undefined ? undefined : failureOf(thrown);
			if (failure === "wrong") wrongUserCodes.add(ctx.req);
			if (failure === "aborted") {
				const { stopped: title, stoppedText: text } = texts.device;
				const link = { to: "/", label: texts.oauthError.home };
				sendPage(asContext(ctx), renderNotice(frame, { title, text, link }), { status: 200 });
				return;
			}
			const code =
				(thrown as { userCode?: string } | undefined)?.userCode ?? (ctx.state.userCode as string | undefined);
			const page = renderDeviceCode(frame, {
				action: ctx.oidc.urlFor("code_verification"),
				xsrf: xsrfOf(ctx),
				...(failure === undefined ? {} : { failure }),
				...(code === undefined ? {} : { code: String(code).slice(0, 40) }),
			});
			sendPage(asContext(ctx), page, { status: ctx.status === 404 ? 200 : ctx.status });
		},
		userCodeConfirmSource(ctx, _form, client, _device, code) {
			const page = renderDeviceConfirm(frame, {
				action: ctx.oidc.urlFor("code_verification"),
				xsrf: xsrfOf(ctx),
				client: nameOf(client),
				code,
			});
			sendPage(asContext(ctx), page);
		},
		successSource(ctx) {
			sendPage(asContext(ctx), renderDeviceDone(frame, { client: clientName(ctx) }));
		},
	};

	const rpInitiatedLogout: NonNullable<Features["rpInitiatedLogout"]> = {
		enabled: true,
		logoutSource(ctx) {
			const t = texts.logOut;
			const page = entryPage(
				frame,
				{ title: t.title },
				html`<h1>${t.title}</h1><p class="lead">${fillInPlain(t.lead, { instance: instance.name })}</p>
<form method="post" action="${ctx.oidc.urlFor("end_session_confirm")}"><input type="hidden" name="xsrf" value="${xsrfOf(ctx)}"><div class="choice">${button(t.stay, "other")}${button(t.submit, "main", { name: "logout", value: "yes" })}</div></form>`,
			);
			const { post_logout_redirect_uri: to } = ctx.oidc.params ?? {};
			sendPage(asContext(ctx), page, typeof to === "string" ? { formTargets: [originOf(to)] } : {});
		},
		postLogoutSuccessSource(ctx) {
			const t = texts.logOut;
			const isStaying = ctx.oidc.client !== undefined;
			const page = renderNotice(frame, {
				title: isStaying ? t.stayed : t.done,
				text: isStaying ? t.stayedText : t.doneText,
				link: { to: "/", label: texts.oauthError.home },
			});
			sendPage(asContext(ctx), page);
		},
	};
	return { renderError, deviceFlow, rpInitiatedLogout };
}

/** Why a user code did not work, by the library's error; `undefined` if none was entered. */
function failureOf(thrown: Error | undefined): "wrong" | "aborted" | "failed" | undefined {
	// The user has refused, on the page that shows the code or on the consent page.
	if ((thrown as { error?: unknown } | undefined)?.error === "access_denied") return "aborted";
	switch (thrown?.constructor.name) {
		case "NoCodeError":
			return undefined;
		case "NotFoundError":
		case "ExpiredError":
		case "AlreadyUsedError":
			return "wrong";
		case "AbortedError":
			return "aborted";
		default:
			return "failed";
	}
}
