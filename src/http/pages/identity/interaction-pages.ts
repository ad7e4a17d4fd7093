import { type Interaction, InteractionGone } from "../../oauth/interactions.ts";
import { renderOAuthError } from "../../page-kit/notice-page.ts";
import { privateHeaders, seeOther, sendPage } from "../../page-kit/private-page.ts";
import { page as anyPage, type PageCall, type PageRoute } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { renderChooseAccount, renderConsent } from "./consent-page.ts";
import type { LoginContext } from "./login-context.ts";
import {
	sendPasskeyOptions,
	showLogIn,
	showSecondFactor,
	submitLogIn,
	submitPasskey,
	submitSecondFactor,
} from "./login-steps.ts";
import { showSignUp, submitSignUp } from "./sign-up-steps.ts";

const root = "/oauth/interaction/:uid";
const baseOf = ({ uid }: Interaction): string => `/oauth/interaction/${uid}`;

/** The pages of an authorization: login, account selection and consent. */
export function interactionRoutes(services: PageServices): readonly PageRoute[] {
	const { context, oauth } = services;
	const { interactions } = oauth;

	const loginContextOf = ({ ctx }: PageCall, interaction: Interaction): LoginContext => {
		const base = baseOf(interaction);
		return {
			flow: interaction.uid,
			paths: {
				logIn: `${base}/login`,
				secondFactor: `${base}/second-factor`,
				passkey: `${base}/passkey`,
				passkeyOptions: `${base}/passkey/options`,
				signUp: `${base}/signup`,
				abort: `${base}/abort`,
			},
			client: interaction.client.name,
			...(interaction.loginHint === undefined ? {} : { hint: interaction.loginHint }),
			formTargets: [interaction.returnTo],
			complete: (account, proof) => interactions.logIn(ctx, account, { amr: proof }),
		};
	};

	/** A page of an interaction, or an error page if the interaction has been answered or has expired. */
	const page = (method: PageRoute["method"], path: string, handle: PageRoute["handle"]): PageRoute =>
		anyPage(method, path, async (call) => {
			try {
				await handle(call);
			} catch (error) {
				if (!(error instanceof InteractionGone)) throw error;
				const shown = renderOAuthError(services, { code: error.errorCode, isExpired: true });
				sendPage(call.ctx, shown, { status: error.status });
			}
		});

	/** The browser's pending interaction. @throws {InteractionGone} the request is for another one */
	async function pending(call: PageCall): Promise<Interaction> {
		const interaction = await interactions.details(call.ctx);
		if (interaction.uid !== call.params.uid) throw new InteractionGone();
		return interaction;
	}

	/** A step of the login. If the interaction asks for consent, the login is done already. */
	const loginStep =
		(step: (call: PageCall, context: PageServices["context"], login: LoginContext) => Promise<void> | void) =>
		async (call: PageCall): Promise<void> => {
			const interaction = await pending(call);
			if (interaction.prompt === "consent") return seeOther(call.ctx, baseOf(interaction));
			privateHeaders(call.ctx);
			await step(call, context, loginContextOf(call, interaction));
		};

	/** Accepts an answer only while the interaction has this prompt. */
	const answerStep =
		(prompt: Interaction["prompt"], answer: (call: PageCall) => Promise<void>) =>
		async (call: PageCall): Promise<void> => {
			const interaction = await pending(call);
			if (interaction.prompt !== prompt) return seeOther(call.ctx, baseOf(interaction));
			privateHeaders(call.ctx);
			await answer(call);
		};

	async function show(call: PageCall): Promise<void> {
		const { ctx, frame } = call;
		const interaction = await pending(call);
		const { prompt, client, account, scopes, returnTo } = interaction;
		const base = baseOf(interaction);
		if (prompt === "login" || account === undefined) return showLogIn(call, context, loginContextOf(call, interaction));
		const shown =
			prompt === "consent"
				? renderConsent(frame, { base, client, scopes, account, returnTo })
				: renderChooseAccount(frame, { base, client: client.name, account });
		sendPage(ctx, shown, { formTargets: [returnTo] });
	}

	return [
		page("GET", root, show),
		page("GET", `${root}/login`, loginStep(showLogIn)),
		page("POST", `${root}/login`, loginStep(submitLogIn)),
		page("GET", `${root}/second-factor`, loginStep(showSecondFactor)),
		page("POST", `${root}/second-factor`, loginStep(submitSecondFactor)),
		page("POST", `${root}/passkey`, loginStep(submitPasskey)),
		page("POST", `${root}/passkey/options`, loginStep(sendPasskeyOptions)),
		page("GET", `${root}/signup`, loginStep(showSignUp)),
		page("POST", `${root}/signup`, loginStep(submitSignUp)),
		page(
			"POST",
			`${root}/consent`,
			answerStep("consent", ({ ctx, form }) =>
				form.text("answer") === "yes" ? interactions.consent(ctx) : interactions.deny(ctx),
			),
		),
		page(
			"POST",
			`${root}/account`,
			answerStep("select_account", ({ ctx }) => interactions.keepAccount(ctx)),
		),
		page("POST", `${root}/switch`, async (call) => {
			await pending(call);
			privateHeaders(call.ctx);
			await interactions.switchAccount(call.ctx);
		}),
		page("POST", `${root}/abort`, async (call) => {
			await pending(call);
			privateHeaders(call.ctx);
			await interactions.deny(call.ctx);
		}),
	];
}
