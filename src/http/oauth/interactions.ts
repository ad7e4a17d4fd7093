import type { Context } from "koa";
import type { Account } from "#core/accounts/account.ts";
import type { Scope } from "#core/identity/scopes.ts";

/** The program that asks for rights, as far as a person can be told of it. */
export interface AskingClient {
	readonly id: string;
	readonly name: string;
	/** Where the answer goes: a host name, or the scheme of a program's own. What a client can't make up. */
	readonly host: string;
	readonly uri?: string;
	/** https URL. */
	readonly logo?: string;
	/** Somebody vouches for it: the operator entered it. */
	readonly verified: boolean;
	/** It runs on the same machine as the browser, and any program there could ask in its name. */
	readonly loopback: boolean;
}

/** What a person is asked in the middle of an authorization. */
export interface Interaction {
	readonly uid: string;
	readonly prompt: "login" | "consent" | "select_account";
	readonly client: AskingClient;
	/** What it asks for and was not granted before. */
	readonly scopes: readonly Scope[];
	/** Who is logged in. */
	readonly account?: Account;
	/** The name that the client expects (`login_hint`). */
	readonly loginHint?: string;
	/** Where the browser goes when all is answered: the origin, for `form-action` of the page's CSP. */
	readonly returnTo: string;
}

/** The steps of an authorization that need a person. Pages show them; each answer sends the browser on. */
export interface Interactions {
	/** @throws {InteractionGone} it is over, has expired, or belongs to another browser */
	details(ctx: Context): Promise<Interaction>;
	/** Answers with a redirect, as the others do. @param amr how they proved who they are (RFC 8176) */
	logIn(ctx: Context, account: Account, proof: { readonly amr: readonly string[] }): Promise<void>;
	/** They grant what is asked for. */
	consent(ctx: Context): Promise<void>;
	/** They don't: the client gets `access_denied`. */
	refuse(ctx: Context): Promise<void>;
	/** They want to log in as somebody else. */
	chooseAnother(ctx: Context): Promise<void>;
	/** They stay who they are (the answer to `select_account`). */
	keepAccount(ctx: Context): Promise<void>;
}
