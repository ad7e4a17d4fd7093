import type { RoomState } from "./room-state.ts";

/** Whether a room can't be linked for good, whatever its power levels. */
export const isUnfit = ({ encrypted, replacement }: RoomState): boolean => encrypted || replacement !== undefined;

/** Why nothing can be bridged between a channel and a room; `undefined`: nothing stands in the way. One line, for people. */
export function obstacleTo({ power, encrypted, isPublic, replacement }: RoomState, bot: string): string | undefined {
	if (encrypted) return "the room is encrypted";
	if (replacement !== undefined) return `the room was replaced by ${replacement}`;
	const { newcomer, needed } = power;
	if (newcomer < needed.message)
		return `ghosts may not speak in the room: messages need power ${needed.message}, and new members have ${newcomer}`;
	if (!isPublic && power.of(bot) < needed.invite)
		return `ghosts may not enter the room: it is for invited users, and the bot may not invite (that needs power ${needed.invite}, and it has ${power.of(bot)})`;
	return undefined;
}

/** Why the bot can't say anything in a room; `undefined`: it can. */
export function muteness({ power }: RoomState, bot: string): string | undefined {
	const has = power.of(bot);
	return has < power.needed.message
		? `the bot may not speak in the room: messages need power ${power.needed.message}, and it has ${has}`
		: undefined;
}
