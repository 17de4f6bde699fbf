//! What a package's journals usually say: written shorter, and read as before.

use banshi_model::enactment::Layer;
use banshi_model::entry::Cause;
use banshi_model::ids::{Authority, Digest, EnactmentId};
use banshi_model::package::{Kind, Permissions};
use banshi_store::{Group, Reply, Written};

use crate::sample::{Story, at, draft, id, licence, subject};
use crate::{Bench, add, over_both};

over_both! {
    a_case_is_written_in_the_words_of_its_package_and_read_as_it_was
    the_words_of_the_topmost_layer_that_has_any_are_taken
    phrases_are_put_once
    an_answer_that_shows_its_case_is_written_as_what_it_says_beyond_the_first_entry
}

fn layer(kind: Kind, package: &[u8]) -> Layer {
    Layer {
        enactment: EnactmentId::new([0; 10]),
        authority: Authority {
            department: "市场监督管理局".parse().unwrap(), division: "310000".parse().unwrap()
        },
        kind,
        package: Digest::of(package),
        name: "food/business".parse().unwrap(),
        version: "1.0.0".to_owned(),
        instrument: "测试〔2021〕1号".to_owned(),
        permissions: Permissions::default(),
    }
}

/// A case from its receipt to its end, pinned to these layers.
fn story(n: u8, layers: &[Layer]) -> Story {
    let mut story = Story::begin(&id("310115", n), draft("310115", subject()), at(0));
    story.case.pin.thaw().chain.layers = layers.to_vec();
    for entry in &mut story.fresh {
        if let Cause::Received(receipt) = &mut entry.cause {
            receipt.pin = story.case.pin.clone();
        }
        entry.after = story.case.digest().unwrap();
    }
    story.accept(at(1)).open_task(at(2), "review", "审批科", None).do_task(at(3), "review").close(at(4));
    story
}

/// What the journal of another case says.
fn text(n: u8, layers: &[Layer]) -> Vec<u8> {
    story(n, layers).fresh.iter().flat_map(|entry| serde_json::to_vec(entry).unwrap()).collect()
}

async fn publish(bench: &Bench, package: &[u8], text: Vec<u8>) {
    let mut group = Group::new();
    group.put_phrases(Digest::of(package), text);
    bench.store.commit(group).await.unwrap();
}

/// Commits a whole case, and says how many bytes its entries took.
async fn commit(bench: &Bench, mut story: Story) -> u64 {
    let mut group = Group::new();
    add(&mut group, &mut story);
    bench.store.commit_counted(group).await.unwrap().into_iter().sum()
}

async fn a_case_is_written_in_the_words_of_its_package_and_read_as_it_was(bench: Bench) {
    let layers = [layer(Kind::Matter, b"food")];
    let silent = commit(&bench, story(1, &[layer(Kind::Matter, b"silent")])).await;
    publish(&bench, b"food", text(9, &layers)).await;
    let mut told = story(2, &layers);
    let (case, entries) = (told.case.clone(), told.fresh.clone());
    let mut group = Group::new();
    add(&mut group, &mut told);
    let issued = licence("L2", &case.id, subject(), Some("capability"));
    group.put_licence(&issued);
    let reply =
        Reply { request: Digest::of(b"r"), status: 201, body: entries_json(&entries), case: Some(case.id.clone()) };
    group.reply("portal", "key", reply.clone());
    let bytes: u64 = bench.store.commit_counted(group).await.unwrap().into_iter().sum();
    // The common dictionary was trained on cases like these: for others the difference is several times as large.
    assert!(bytes * 4 < silent * 3, "{bytes} of {silent}");

    let bench = bench.again();
    assert_eq!(*bench.store.case(&case.id).unwrap().unwrap().case, case);
    assert_eq!(bench.store.entries(&case.id, 0, 100).unwrap(), entries);
    assert_eq!(bench.store.licence("L2").unwrap(), Some(issued));
    assert_eq!(bench.store.reply("portal", "key").unwrap(), Some(reply));
    assert_eq!(bench.store.verify().unwrap().faults, []);
}

fn entries_json(entries: &[banshi_model::entry::Entry]) -> Vec<u8> {
    serde_json::to_vec(entries).unwrap()
}

async fn the_words_of_the_topmost_layer_that_has_any_are_taken(bench: Bench) {
    let ground = layer(Kind::Matter, b"ground");
    let over = |package: &[u8]| [ground.clone(), layer(Kind::Code, package), layer(Kind::Settings, b"settings")];
    publish(&bench, b"ground", text(9, std::slice::from_ref(&ground))).await;
    publish(&bench, b"code", text(9, &over(b"code"))).await;
    publish(&bench, b"settings", b"nothing that any journal says, as settings say nothing".to_vec()).await;
    let own = commit(&bench, story(1, &over(b"code"))).await;
    let of_ground = commit(&bench, story(2, &over(b"silent"))).await;
    let of_none = commit(&bench, story(3, &[layer(Kind::Code, b"silent")])).await;
    assert!(own < of_ground && of_ground < of_none, "{own}, {of_ground}, {of_none}");
    let bench = bench.again();
    for n in 1..=3 {
        assert_eq!(bench.store.entries(&id("310115", n), 0, 100).unwrap().len(), 5);
    }
}

async fn phrases_are_put_once(bench: Bench) {
    let layers = [layer(Kind::Matter, b"food")];
    publish(&bench, b"food", text(9, &layers)).await;
    commit(&bench, story(1, &layers)).await;
    publish(&bench, b"food", b"something else".repeat(99)).await;
    let bench = bench.again();
    assert_eq!(bench.store.entries(&id("310115", 1), 0, 100).unwrap(), story(1, &layers).fresh);
    commit(&bench, story(2, &layers)).await;
    assert_eq!(bench.store.verify().unwrap().faults, []);
}

/// What a commit wrote of replies, their chunks included.
fn reply_bytes(written: &Written) -> usize {
    // FORMAT.md: 0x0f is `reply`; a chunk's key is 0x3f, a length and the key that it belongs to.
    let replies = written.pairs.iter().filter(|(key, _)| key[0] == 0x0f || (key[0] == 0x3f && key[2] == 0x0f));
    replies.map(|(_, value)| value.as_ref().map_or(0, Vec::len)).sum()
}

async fn an_answer_that_shows_its_case_is_written_as_what_it_says_beyond_the_first_entry(bench: Bench) {
    // What the entry says is random, so that nothing but the entry makes it short.
    let long: String = (0..400u32).map(|n| Digest::of(&n.to_be_bytes()).to_string()).collect();
    let mut story = Story::begin(&id("310115", 1), draft("310115", subject()), at(0));
    let value = |text: &str| serde_json::json!(text);
    story.case.draft.thaw().values[0].value = value(&long);
    for entry in &mut story.fresh {
        let Cause::Received(receipt) = &mut entry.cause else { continue };
        receipt.draft = story.case.draft.clone();
        entry.after = story.case.digest().unwrap();
    }
    let case = story.case.id.clone();
    let body = serde_json::to_vec(&serde_json::json!({ "id": case, "values": [value(&long)] })).unwrap();
    let reply = Reply { request: Digest::of(b"r"), status: 201, body, case: Some(case.clone()) };
    let listening = bench.store.tap();
    let mut group = Group::new();
    add(&mut group, &mut story);
    group.reply("portal", "with its case", reply.clone());
    bench.store.commit(group).await.unwrap();
    let short = reply_bytes(&listening.recv().unwrap());
    // Later its entry is in another group, and the answer stands for itself.
    let mut group = Group::new();
    group.reply("portal", "later", reply.clone());
    bench.store.commit(group).await.unwrap();
    let whole = reply_bytes(&listening.recv().unwrap());
    assert!(short * 20 < whole, "{short} of {whole}");
    let bench = bench.again();
    assert_eq!(bench.store.reply("portal", "with its case").unwrap(), Some(reply.clone()));
    assert_eq!(bench.store.reply("portal", "later").unwrap(), Some(reply));
    assert!(bench.store.verify().unwrap().ok());
    bench.store.erase(&case, at(9), "platform-1", "个人信息保护法 第四十七条").await.unwrap();
    assert!(matches!(bench.store.reply("portal", "with its case"), Err(banshi_store::Error::Erased(_))));
    assert!(bench.store.verify().unwrap().ok());
}
