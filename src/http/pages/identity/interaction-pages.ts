import { type Interaction, InteractionGone } from "../../oauth/interactions.ts";
import { renderOAuthError } from "../../page-kit/notice-page.ts";
import { privateHeaders, seeOther, sendPage } from "../../page-kit/private-page.ts";
import { page as anyPage, type PageCall, type PageRoute } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { renderChooseAccount, renderConsent } from "./consent-page.ts";
import type { Entrance } from "./entrance.ts";
import {
	givePasskeyOptions,
	showLogIn,
	showSecondFactor,
	takeLogIn,
	takePasskey,
	takeSecondFactor,
} from "./entrance-steps.ts";
import { showSignUp, takeSignUp } from "./sign-up-steps.ts";

const root = "/oauth/interaction/:uid";
const baseOf = ({ uid }: Interaction): string => `/oauth/interaction/${uid}`;

/** What a person is asked while a client waits: who they are, which account, and whether the client may. */
export function interactionRoutes(services: PageServices): readonly PageRoute[] {
	const { world, oauth } = services;
	const { interactions } = oauth;

	const entranceTo = ({ ctx }: PageCall, interaction: Interaction): Entrance => {
		const base = baseOf(interaction);
		return {
			place: interaction.uid,
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
			enter: (account, proof) => interactions.logIn(ctx, account, { amr: proof }),
		};
	};

	/** A page of an authorization, or a page that says that its question has been answered or has expired. */
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

	/** The question that is open. Another one than the browser's last has been answered, or has run out. */
	async function asked(call: PageCall): Promise<Interaction> {
		const interaction = await interactions.details(call.ctx);
		if (interaction.uid !== call.params.uid) throw new InteractionGone();
		return interaction;
	}

	/** A step of signing in: only while that is the question. */
	const entering =
		(step: (call: PageCall, world: PageServices["world"], entrance: Entrance) => Promise<void> | void) =>
		async (call: PageCall): Promise<void> => {
			const interaction = await asked(call);
			if (interaction.prompt === "consent") return seeOther(call.ctx, baseOf(interaction));
			privateHeaders(call.ctx);
			await step(call, world, entranceTo(call, interaction));
		};

	/** An answer, taken while its question is open. */
	const answering =
		(prompt: Interaction["prompt"], answer: (call: PageCall) => Promise<void>) =>
		async (call: PageCall): Promise<void> => {
			const interaction = await asked(call);
			if (interaction.prompt !== prompt) return seeOther(call.ctx, baseOf(interaction));
			privateHeaders(call.ctx);
			await answer(call);
		};

	async function show(call: PageCall): Promise<void> {
		const { ctx, frame } = call;
		const interaction = await asked(call);
		const { prompt, client, account, scopes, returnTo } = interaction;
		const base = baseOf(interaction);
		if (prompt === "login" || account === undefined) return showLogIn(call, world, entranceTo(call, interaction));
		const shown =
			prompt === "consent"
				? renderConsent(frame, { base, client, scopes, account, returnTo })
				: renderChooseAccount(frame, { base, client: client.name, account });
		sendPage(ctx, shown, { formTargets: [returnTo] });
	}

	return [
		page("GET", root, show),
		page("GET", `${root}/login`, entering(showLogIn)),
		page("POST", `${root}/login`, entering(takeLogIn)),
		page("GET", `${root}/second-factor`, entering(showSecondFactor)),
		page("POST", `${root}/second-factor`, entering(takeSecondFactor)),
		page("POST", `${root}/passkey`, entering(takePasskey)),
		page("POST", `${root}/passkey/options`, entering(givePasskeyOptions)),
		page("GET", `${root}/signup`, entering(showSignUp)),
		page("POST", `${root}/signup`, entering(takeSignUp)),
		page(
			"POST",
			`${root}/consent`,
			answering("consent", ({ ctx, form }) =>
				form.text("answer") === "yes" ? interactions.consent(ctx) : interactions.deny(ctx),
			),
		),
		page(
			"POST",
			`${root}/account`,
			answering("select_account", ({ ctx }) => interactions.keepAccount(ctx)),
		),
		page("POST", `${root}/switch`, async (call) => {
			await asked(call);
			privateHeaders(call.ctx);
			await interactions.switchAccount(call.ctx);
		}),
		page("POST", `${root}/abort`, async (call) => {
			await asked(call);
			privateHeaders(call.ctx);
			await interactions.deny(call.ctx);
		}),
	];
}
