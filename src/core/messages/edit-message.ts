import { Conflict, PermissionDenied } from "../errors.ts";
import type { World } from "../events/world.ts";
import type { Account } from "../model/account.ts";
import { type Content, type Message } from "../model/message.ts";
import { checkContent } from "./check-content.ts";
import type { MessageEvents } from "./events.ts";
import { messages } from "./message.ts";
import { mentionedAccounts } from "./post-message.ts";

export interface MessageChanges {
	readonly content?: Partial<Content>;
	readonly tags?: readonly string[];
	readonly metadata?: Message["metadata"];
	/** Empty: there is none any more. */
	readonly warning?: string;
}

/**
 * Changes what a message says (OFSCP R7 §7.1): its author only, until `editUntil`.
 *
 * @throws {PermissionDenied} not the author; `edit_window_closed`
 * @throws {Conflict} `already_deleted`
 */
export async function editMessage(
	world: World,
	author: Account,
	message: Message,
	changes: MessageChanges,
): Promise<Message> {
	if (message.author !== author.id) throw new PermissionDenied("Only the author edits a message");
	if (message.deletedAt !== undefined) throw new Conflict("already_deleted", "The message was deleted");
	if (world.clock.now() > message.editUntil)
		throw new PermissionDenied("The time to edit this message is over", "edit_window_closed");
	const content = { ...message.content, ...changes.content };
	checkContent(world, message.type, content);
	const warning = changes.warning ?? message.warning;
	const body = {
		message: message.id,
		content,
		tags: changes.tags ?? message.tags,
		mentions: await mentionedAccounts(world, content.text),
		...(changes.metadata === undefined ? {} : { metadata: changes.metadata }),
		...(warning === undefined || warning === "" ? {} : { warning }),
	};
	// Whoever did not hear that an edit was done sends it again: nobody elsewhere is told twice.
	return changesNothing(message, body) ? message : appendEdit(world, message, { actor: author, body });
}

function changesNothing(message: Message, edit: MessageEvents["message.edited"]): boolean {
	const { metadata = message.metadata, warning } = edit;
	const shown = ({ content, tags, mentions }: Message | MessageEvents["message.edited"]) => [content, tags, mentions];
	const before = [...shown(message), message.metadata, message.warning];
	return JSON.stringify(before) === JSON.stringify([...shown(edit), metadata, warning]);
}

/** Appends an edit that has been allowed. What was said before stays in the log until the message is deleted. */
export async function appendEdit(
	world: World,
	message: Message,
	{
		actor,
		body,
		request,
	}: { readonly actor: Account; readonly body: MessageEvents["message.edited"]; readonly request?: string },
): Promise<Message> {
	await world.log.append({
		stream: message.channel,
		type: "message.edited",
		actor: actor.id,
		...(request === undefined ? {} : { request }),
		body,
	});
	return (await world.store.get(messages, message.id))?.doc ?? message;
}
