import type { Joined } from "#core/access/join-channel.ts";
import type { CoreContext } from "#core/events/context.ts";
import { json } from "../base/answers.ts";
import type { AnswerOf } from "../base/operation.ts";
import { presentMember, wireMember } from "./present-group.ts";

/** 201 joined now, 200 was a member before, 202 asked to be let in (OFSCP §7.1). */
export const joinAnswers = { 201: json(wireMember), 200: json(wireMember), 202: json(wireMember) };

export async function joinAnswer(
	context: CoreContext,
	{ membership, changed }: Joined,
): Promise<AnswerOf<{ readonly answers: typeof joinAnswers }>> {
	const status = membership.state === "requested" ? 202 : changed ? 201 : 200;
	return { status, body: await presentMember(context, membership) };
}
