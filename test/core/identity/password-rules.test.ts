import test from "ava";
import { passwordFault } from "#core/identity/password-rules.ts";

const jane = { handle: "jane.doe", domain: "social.test:8443", displayName: "Jane Doe", email: "janedoe@mail.example" };

for (const [why, passwords] of Object.entries({
	"too short": ["", "harbour", "ninechars", "ａｂｃｄ", "👩‍👩‍👧"],
	"commonly used": ["qwertyuiop", "password123", "P4ssw0rd!!", "1qaz2wsx3edc", "Dragon12345!", "iloveyou2024"],
	"a repetition": ["aaaaaaaaaa", "abababababab", "passpasspass", "1212121212", "jjjjjjjjjjk"],
	"a sequence": ["1234567890", "9876543210", "abcdefghijkl", "asdfghjklö", "qwertzuiop12"],
	"about its owner": ["jane.doe1!", "Jane Doe 77", "JANEDOE@mail.example", "social.test!", "janedoejanedoe"],
}))
	test(`a password that is ${why} is rejected`, async (t) => {
		for (const password of passwords) t.is(typeof (await passwordFault(password, jane)), "string", password);
	});

test("a long password is accepted in any script and with any characters", async (t) => {
	for (const password of [
		"a quiet harbour",
		"correct horse battery",
		"пароль для моря",
		"我喜欢在晚上看海边的灯光",
		"x7#kQ!pw02",
		"jane likes boats",
		"          .ab1c",
	])
		t.is(await passwordFault(password, jane), undefined, password);
	t.is(typeof (await passwordFault("x7#kQ!pw".repeat(200), jane)), "string", "a password that is too long");
});
