import test from "ava";
import { cleanName, cleanText } from "#core/clean-text.ts";

/** Invisible characters that could hide or displace what stands beside a name. */
const invisible = [
	..."\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e",
	..."\u2060\u2061\u2064\u2066\u2067\u2068\u2069\u206a\u206f\u3164\ufe0f\ufeff\uffa0\ufff9\ufffb",
	..."\u{1d173}\u{e0001}\u{e0041}\u{e0100}",
];

test("invisible characters are removed from a name wherever they stand", (t) => {
	for (const char of invisible) {
		const code = char.codePointAt(0)?.toString(16) ?? "";
		for (const name of [`${char}Jane`, `Ja${char}ne`, `Jane${char}`, `${char}${char}Jane${char}`, `Ja${char}${char}ne`])
			t.is(cleanName(name), "Jane", code);
		t.is(cleanName(` ${char} `), "", code);
	}
});

test("joiners are removed from a name unless they join", (t) => {
	for (const joiner of ["\u200c", "\u200d"]) {
		t.is(cleanName(`Ja${joiner}ne`), "Jane");
		t.is(cleanName(`Jane${joiner}`), "Jane");
		t.is(cleanName(`${joiner}می`), "می");
	}
});

test("line breaks and other control characters become one space", (t) => {
	for (const control of ["\n", "\r\n", "\t", "\u0007", "\u0085", "\u2028", "\u2029"])
		t.is(cleanName(`Jane${control}Doe${control}`), "Jane Doe", JSON.stringify(control));
});

test("names in every script, and emoji, stay as they are", (t) => {
	for (const name of [
		"Zoë Müller",
		"Αθηνά",
		"می‌خواهم",
		"क्‍ष",
		"ශ්‍රී",
		"עדה",
		"محمد",
		"辻\u{e0100}さん",
		"노라",
		"👩‍👩‍👧 family",
		"❤️‍🔥",
		"👍🏽",
		"1️⃣",
		"🏴󠁧󠁢󠁳󠁣󠁴󠁿",
		"🏳️‍🌈",
	])
		t.is(cleanName(name), name);
});

test("lone surrogates and NUL are replaced, and nothing else", (t) => {
	t.is(cleanText("a\ud800b\udc00c\0d"), "a\ufffdb\ufffdc\ufffdd");
	t.is(cleanText("🦉\u202e\n\u200b"), "🦉\u202e\n\u200b");
	t.is(cleanName("Ja\ud800ne"), "Ja\ufffdne");
});
