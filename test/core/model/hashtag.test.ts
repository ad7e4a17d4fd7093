import test from "ava";
import { hashtagOf, hashtagsOf } from "#core/model/hashtag.ts";

test("the name of a tag has no # before it, however it is written", (t) => {
	for (const tag of ["intro", "#intro", "##intro", " #intro ", "＃intro"]) t.is(hashtagOf(tag), "intro", tag);
	t.is(hashtagOf("c#"), "c#");
	t.is(hashtagOf("#"), "");
});

test("each tag is named once, whatever its case and spelling", (t) => {
	t.deepEqual(hashtagsOf(["#Intro", "intro", "##INTRO", "#", "", "#日本", "日本", "b"]), ["Intro", "日本", "b"]);
});
