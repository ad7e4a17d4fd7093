import { InvalidRequest } from "../errors.ts";
import type { World } from "../events/world.ts";
import type { Content, MessageType } from "../model/message.ts";

/**
 * What every content must keep to, wherever it comes from: some text, not too much of it, in a form that fits the type.
 *
 * @throws {InvalidRequest}
 */
export function checkContent(world: Pick<World, "policy">, type: MessageType, content: Content): void {
	const limit = type === "article" ? world.policy.articleBytes : world.policy.textBytes;
	if (Buffer.byteLength(content.text) > limit)
		throw new InvalidRequest([{ field: "/content/text", expected: `at most ${limit} bytes` }]);
	if (content.text.trim() === "") throw new InvalidRequest([{ field: "/content/text", expected: "some text" }]);
	if (!content.text.isWellFormed())
		throw new InvalidRequest([{ field: "/content/text", expected: "well-formed Unicode" }]);
}
