import { createHash } from "node:crypto";
import { interactionPolicy } from "oidc-provider";
import type { World } from "#core/events/world.ts";
import { findRecord } from "#core/identity/oauth-records.ts";
import type { GrantedClient } from "#core/identity/oauth-sessions.ts";

const { base, Check, Prompt } = interactionPolicy;

/** What a person decides by when a client asks. */
interface Shown {
	readonly clientName?: string | undefined;
	readonly clientUri?: string | undefined;
	readonly redirectUris?: readonly string[] | undefined;
}

/** The same for as long as a client tells of itself what it told when it was let in. */
export const digestOf = ({ clientName, clientUri, redirectUris }: Shown): string =>
	createHash("sha256")
		.update(JSON.stringify([clientName, clientUri, redirectUris]))
		.digest("base64url");

/** When a person is asked: the library's own rules, the choice of an account, and again when a client has changed. */
export function createPolicy(world: World): ReturnType<typeof base> {
	const policy = base();
	const chooser = new Prompt({ name: "select_account", requestable: true });
	chooser.checks.remove("select_account_prompt");
	chooser.checks.add(
		new Check(
			"select_account_prompt",
			"the account has to be chosen",
			"account_selection_required",
			// Who has just logged in has chosen.
			({ oidc }) =>
				oidc.promptPending("select_account") &&
				oidc.session?.accountId !== undefined &&
				oidc.result?.login === undefined,
		),
	);
	policy.add(chooser, 0);

	const consent = policy.get("consent");
	if (consent === undefined) throw new Error("The library's policy has no consent");
	// What was granted is granted: a client on somebody's own machine may go on without a page, too.
	consent.checks.remove("native_client_prompt");
	consent.checks.add(
		new Check("client_changed", "the client is not what it was", "consent_required", async ({ oidc }) => {
			const grant = oidc.grant?.jti;
			if (grant === undefined || oidc.client === undefined || oidc.result?.consent !== undefined) return false;
			const granted = (await findRecord(world, "GrantedClient", grant)) as GrantedClient | undefined;
			return granted?.digest !== digestOf(oidc.client);
		}),
	);
	return policy;
}
