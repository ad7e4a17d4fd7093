import { assertStillThere, stillThere } from "../accounts/still-there.ts";
import { Conflict, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { type Content, type Message } from "../model/message.ts";
import { checkContent } from "./check-content.ts";
import type { MessageEvents } from "./events.ts";
import { messages, sameTexts } from "./message.ts";
import { mentionedAccounts } from "./post-message.ts";
import { taggedBefore } from "./tags.ts";

/** Changes to a message; absent fields stay as they are. */
export interface MessageChanges {
	readonly content?: Partial<Content>;
	readonly tags?: readonly string[];
	readonly metadata?: Message["metadata"];
	/** An empty text removes the warning. */
	readonly warning?: string;
	/** People whom the text mentions by addresses that had to be looked up. */
	readonly lookedUp?: readonly AccountId[];
}

/**
 * Edits a message (OFSCP R7 §7.1). Only its author may, until `editUntil`. An edit that changes nothing creates no event.
 *
 * @returns the message after the edit
 * @throws {InvalidRequest} the new content is not valid
 * @throws {PermissionDenied} the account is not the author; `edit_window_closed`
 * @throws {Conflict} `already_deleted`
 */
export async function editMessage(
	context: CoreContext,
	author: Account,
	message: Message,
	changes: MessageChanges,
): Promise<Message> {
	for (let now = message; ; ) {
		const edited = await tryEdit(context, author, now, changes);
		if (edited !== undefined) return edited;
		await assertStillThere(context, author);
		now = (await context.store.get(messages, message.id))?.doc ?? now;
	}
}

/** Edits a message as it was read; `undefined` if it has changed since. */
async function tryEdit(
	context: CoreContext,
	author: Account,
	message: Message,
	changes: MessageChanges,
): Promise<Message | undefined> {
	if (message.author !== author.id) throw new PermissionDenied("Only the author can edit a message");
	if (message.deletedAt !== undefined) throw new Conflict("already_deleted", "The message was deleted");
	if (context.clock.now() > message.editUntil)
		throw new PermissionDenied("The time to edit this message is over", "edit_window_closed");
	const content = { ...message.content, ...changes.content };
	checkContent(context, message.type, content);
	const warning = changes.warning ?? message.warning;
	const body = {
		message: message.id,
		content,
		tags: changes.tags ?? message.tags,
		mentions: await mentionedAccounts(context, content.text, changes.lookedUp),
		...(changes.metadata === undefined ? {} : { metadata: changes.metadata }),
		...(warning === undefined || warning === "" ? {} : { warning }),
	};
	// A client that got no answer repeats its edit, which must not be delivered twice.
	return changesNothing(message, body) ? message : appendEdit(context, message, { actor: author, body });
}

/** Whether a message already is as an edit would make it. */
export function changesNothing(message: Message, edit: MessageEvents["message.edited"]): boolean {
	const { metadata = message.metadata, warning } = edit;
	const shown = ({ content, tags, mentions }: Message | MessageEvents["message.edited"]) => {
		const { text, mime, title, summary } = content;
		return [text, mime, title, summary, tags, mentions];
	};
	const before = [...shown(message), message.metadata, message.warning];
	return JSON.stringify(before) === JSON.stringify([...shown(edit), metadata, warning]);
}

/**
 * Appends an edit that has been authorised. Earlier texts stay in the log until the message is deleted.
 *
 * @param message the message as the edit was decided on
 * @returns the message after the edit; `undefined` if it was edited or deleted meanwhile, or its editor was
 */
export async function appendEdit(
	context: CoreContext,
	message: Message,
	{
		actor,
		body,
		request,
	}: { readonly actor: Account; readonly body: MessageEvents["message.edited"]; readonly request?: string },
): Promise<Message | undefined> {
	const appended = await context.log.append(
		{
			stream: message.channel,
			type: "message.edited",
			actor: actor.id,
			...(request === undefined ? {} : { request }),
			body: { ...body, ...taggedBefore(message) },
		},
		{ premises: [stillThere(actor), sameTexts(message)] },
	);
	if (appended.outcome === "moved") return undefined;
	return (await context.store.get(messages, message.id))?.doc ?? message;
}
