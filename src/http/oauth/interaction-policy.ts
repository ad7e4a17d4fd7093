import { createHash } from "node:crypto";
import { interactionPolicy } from "oidc-provider";
import type { CoreContext } from "#core/events/context.ts";
import { findRecord } from "#core/identity/oauth-records.ts";
import type { GrantedClient } from "#core/identity/oauth-sessions.ts";
import { isInstalled } from "./redirect-policy.ts";

const { base, Check, Prompt } = interactionPolicy;

/** The facts about a client that the consent page shows. */
interface ShownClient {
	readonly clientName?: string | undefined;
	readonly clientUri?: string | undefined;
	readonly redirectUris?: readonly string[] | undefined;
}

/** A digest of what the consent page shows; it changes when the client's metadata does. */
export const digestOf = ({ clientName, clientUri, redirectUris }: ShownClient): string =>
	createHash("sha256")
		.update(JSON.stringify([clientName, clientUri, redirectUris]))
		.digest("base64url");

/** When an interaction is required: the library's rules, `prompt=select_account`, new consent when a client has changed, and one press for an installed client each time. */
export function createPolicy(context: CoreContext): ReturnType<typeof base> {
	const policy = base();
	const chooser = new Prompt({ name: "select_account", requestable: true });
	chooser.checks.remove("select_account_prompt");
	chooser.checks.add(
		new Check(
			"select_account_prompt",
			"an account must be selected",
			"account_selection_required",
			// A login in this interaction is a choice already.
			({ oidc }) =>
				oidc.promptPending("select_account") &&
				oidc.session?.accountId !== undefined &&
				oidc.result?.login === undefined,
		),
	);
	policy.add(chooser, 0);

	const consent = policy.get("consent");
	if (consent === undefined) throw new Error("The library's policy has no consent");
	// The library asks by the client's type, which says nothing about the redirect URI of this request.
	consent.checks.remove("native_client_prompt");
	consent.checks.add(
		new Check(
			"installed_client",
			"a program on the user's machine asks, and could be another one than the last time",
			"interaction_required",
			// RFC 8252 §8.6: the user must see that a code is about to be given out.
			({ oidc }) =>
				typeof oidc.params?.redirect_uri === "string" &&
				isInstalled(oidc.params.redirect_uri) &&
				oidc.result?.consent === undefined,
		),
	);
	consent.checks.add(
		new Check(
			"client_changed",
			"the client has changed since consent was given",
			"consent_required",
			async ({ oidc }) => {
				const grant = oidc.grant?.jti;
				if (grant === undefined || oidc.client === undefined || oidc.result?.consent !== undefined) return false;
				const granted = (await findRecord(context, "GrantedClient", grant)) as GrantedClient | undefined;
				return granted?.digest !== digestOf(oidc.client);
			},
		),
	);
	return policy;
}
