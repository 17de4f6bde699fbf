//! The command line against a running host, as operators, officers and applicants use it.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{
    BUSINESS_LICENCE, COMPOSITE, Host, Roles, Start, Store, Wish, applicant_subject, licence_id, package, sample,
    subject, top,
};

/// Somebody at a terminal.
struct Terminal<'a> {
    host: &'a Host,
    who: &'static str,
}

impl Terminal<'_> {
    /// Exit code and everything that was said.
    fn run(&self, args: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_banshi"))
            .env("BANSHI_HOST", self.host.url())
            .env("BANSHI_TOKEN", Roles::token(self.who))
            .current_dir(self.host.folder())
            .args(args)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
    }

    /// What it says, where it does what was asked; each of these is in it.
    #[track_caller]
    fn says(&self, args: &[&str], all: &[&str]) -> String {
        let (code, said) = self.run(args);
        assert_eq!(code, 0, "{args:?}: {said}");
        for one in all {
            assert!(said.contains(one), "{args:?} does not say `{one}`:\n{said}");
        }
        said
    }

    /// What it says, where it does not do what was asked.
    #[track_caller]
    fn refuses(&self, args: &[&str], code: i32, why: &str) {
        let (exit, said) = self.run(args);
        assert_eq!(exit, code, "{args:?}: {said}");
        assert!(said.contains(why), "{args:?} does not say `{why}`:\n{said}");
    }

    /// What it answers a program.
    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = ["--json"].iter().chain(args).copied().collect();
        serde_json::from_str(self.says(&args, &[]).trim()).unwrap()
    }

    /// Writes a file that a command then reads.
    fn file(&self, name: &str, content: &Value) {
        std::fs::write(self.host.folder().join(name), content.to_string()).unwrap();
    }
}

fn at<'a>(host: &'a Host, who: &'static str) -> Terminal<'a> {
    Terminal { host, who }
}

#[tokio::test]
async fn a_store_goes_from_application_to_certificate_by_commands_and_the_host_is_killed_midway() {
    let other_liquor = package("tests/guests/liquor-one-more");
    let mut store = Store::open().await;
    let id = submitted(&store).await;

    // Meanwhile another liquor licence comes into force: what was received before stays on what it came in under.
    let platform = at(&store.host, "platform");
    std::fs::write(store.host.folder().join("liquor.banshi"), other_liquor).unwrap();
    platform.says(&["package", "publish", "liquor.banshi"], &["通过准入 admitted: shanghai/p03-liquor 0.2.0"]);
    platform.says(&["enact", "liquor.banshi", "--from", "2021-04-22"], &["已施行"]);

    supplemented_and_accepted(&store, &id);
    // Killed in the middle. The consultation's two days (23 and 25 April) end while nobody is there.
    store.host.kill();
    store.host.restart();
    let platform = at(&store.host, "platform");
    platform.says(&["clock", "set", "2021-04-26T09:00:00+08:00"], &["现在是", "2021-04-26"]);
    let tobacco = store.part(&id, "P04").await["id"].as_str().unwrap().to_owned();
    let journal =
        at(&store.host, "applicant").says(&["case", "journal", &tobacco], &["模拟", "一口受理 accepted-with-bundle"]);
    assert_eq!(journal.matches("待办已办 task-done").count(), 1, "silence closed it once:\n{journal}");
    at(&store.host, "tobacco").says(&["case", "show", &tobacco], &["默认同意 by silence"]);

    let liquor = store.part(&id, "P03").await["id"].as_str().unwrap().to_owned();
    at(&store.host, "market").says(&["case", "show", &liquor], &["shanghai/p03-liquor@0.1.0"]);

    work_through(&store);
    store.clock("2021-04-26T10:00:00+08:00").await;
    let case = store.until(&id, |case| case["phase"] == "closed").await;
    revoked_in_part(&store, &case).await;

    let platform = at(&store.host, "platform");
    let erase = ["case", "erase", &id, "--basis", "个人信息保护法 第四十七条"];
    platform.refuses(&erase, 2, "--yes");
    platform.says(&[&erase[..], &["--yes"]].concat(), &["已依法销毁 erased"]);
    at(&store.host, "applicant").refuses(&["case", "show", &id], 1, "erased");
    store.verified().await;
}

/// The applicant hands it in; the signer has proved who they are.
async fn submitted(store: &Store) -> String {
    let mut application = store.application(&Wish::default()).await;
    // One paper goes along with the command; the others were uploaded over HTTP.
    application["documents"].as_object_mut().unwrap().remove("floor-plan").unwrap();
    let applicant = at(&store.host, "applicant");
    applicant.file("application.json", &application);
    applicant.file("floor-plan.pdf", &json!("a sketch"));
    applicant.refuses(&["case", "submit", "application.json", "--check"], 1, "须补正");
    let submit = ["case", "submit", "application.json", "--document", "floor-plan=floor-plan.pdf"];
    let case = applicant.json(&submit);
    let id = case["id"].as_str().unwrap().to_owned();
    store.at_the_window(&id).await;
    id
}

/// The window asks for what is missing, the applicant supplements it, the window accepts.
fn supplemented_and_accepted(store: &Store, id: &str) {
    let market = at(&store.host, "market");
    let task = format!("{id}.accept");
    market.says(&["task", "list"], &["待办", "一口受理", "综合窗口", "便利店", &task]);
    market.says(&["task", "show", &task], &["版本 revision 1", "表单 form"]);
    market.refuses(&["task", "verdict", &task, "object"], 1, "task.reasons");
    let missing = "沪府规〔2021〕5号=招牌名称与执照不符（测试）";
    market.says(&["task", "verdict", &task, "object", "--reason", missing], &["不同意 object", "补正 supplementing"]);
    let applicant = at(&store.host, "applicant");
    applicant.says(&["case", "show", id], &["补正 supplement", "招牌名称与执照不符（测试）", "2021-06-04"]);
    let named = r#"{"store.sign-name": "示例便利二店"}"#;
    applicant.says(
        &["case", "supplement", id, "--values", named],
        &["收件 received", "示例便利二店", "2021-04-22T08:30:00+08:00"],
    );
    let task = format!("{id}.accept.2");
    market.says(&["task", "verdict", &task, "approve"], &["同意 approve", "受理 accepted"]);
    market.refuses(&["task", "verdict", &task, "approve"], 1, "task.done");
    let shown = applicant.says(&["case", "show", id], &["阶段 phase     受理 accepted", "到期 due       2021-04-28"]);
    for row in [
        "P01  ",
        "P06  ",
        "办理中 in work",
        "材料 materials 53 → 10",
        "字段 fields    313 → ",
        "林示例",
        "数据共享 population",
    ] {
        assert!(shown.contains(row), "no `{row}`:\n{shown}");
    }
}

/// Granted and delivered; then the authority revokes one permit, lawfully, and the composite stands on the four others.
async fn revoked_in_part(store: &Store, case: &Value) {
    let id = case["id"].as_str().unwrap();
    let applicant = at(&store.host, "applicant");
    applicant.says(&["case", "show", id], &["结果 outcome   准予 granted", "证书 certificate /certificates/"]);
    applicant.says(
        &["case", "journal", id],
        &["收件 received", "申报 submitted", "身份已核验", "单项办结 part-closed", "已送达"],
    );
    applicant.says(&["case", "list"], &[id, "办结 closed", "准予 granted", "便利店"]);
    let composite = case["licences"][0].as_str().unwrap();
    applicant
        .says(&["licence", "show", composite], &["行业综合许可证（便利店）", "有效 valid", "内含 members", COMPOSITE]);

    let liquor = store.part(id, "P03").await["licences"][0].as_str().unwrap().to_owned();
    let revoke = ["licence", "end", &liquor, "revoked", "--reason", "行政许可法 第六十九条=违反法定程序（测试）"];
    let market = at(&store.host, "market");
    market.refuses(&revoke, 1, "救济");
    market.says(&[&revoke[..], &["--remedy", "可在六十日内申请行政复议"]].concat(), &["撤销 revoked"]);
    store.settle().await;
    at(&store.host, "applicant").says(&["licence", "show", composite], &["有效 valid"]);
}

/// Officers answer everything that lies in their inboxes, command by command, until nothing is left.
fn work_through(store: &Store) {
    loop {
        let mut done = 0;
        for who in ["market", "tobacco"] {
            let officer = at(&store.host, who);
            let tasks = officer.json(&["task", "list"])["items"].as_array().unwrap().clone();
            for task in tasks {
                let measures = !task["form"]["properties"]["nearest_school"].is_null();
                let data = if measures { r#"{"nearest_retailer": 210, "nearest_school": 640}"# } else { "null" };
                let id = task["id"].as_str().unwrap();
                officer.says(&["task", "verdict", id, "approve", "--data", data], &["同意 approve"]);
                done += 1;
            }
        }
        if done == 0 {
            return;
        }
    }
}

#[tokio::test]
async fn a_variation_is_built_checked_published_enacted_explained_and_taken_back_by_commands() {
    let store = Store::open().await;
    let platform = at(&store.host, "platform");
    let folder = |name: &str| top().join("plugins").join(name).display().to_string();
    platform.says(
        &["package", "build", &folder("variations/huangpu-convenience"), "-o", "hp.banshi"],
        &["已构建 built hp.banshi", "摘要 digest"],
    );
    platform.says(&["package", "check", "hp.banshi"], &["通过准入 admitted", "未叠加试行"]);
    platform
        .says(&["package", "publish", "hp.banshi"], &["通过准入 admitted", "huangpu/convenience", "签名 signature"]);
    platform.says(
        &["package", "list"],
        &["huangpu/convenience", "参数 settings", "shanghai/b01-convenience-store", "事项 matter"],
    );
    platform.refuses(&["enact", "hp.banshi", "--from", "2021-04-22", "--matter", "P01"], 1, "enactment.matter");
    let enacted = platform.says(
        &["enact", "hp.banshi", "--from", "2021-04-22"],
        &["已施行 enacted e-", "自 from 2021-04-22", "黄市监〔2021〕示例2号"],
    );
    let id = enacted.split_whitespace().find(|word| word.starts_with("e-")).unwrap().trim_end_matches('，');
    let id: String = id.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();

    platform.says(&["enactments", "--division", "310101", "--matter", "B01"], &[&id, "市场监督管理局@310101", "—"]);
    platform
        .says(&["matter", "list", "310101"], &["P01", "食品经营许可", "便利店（一业一证）", "一业一证 bundle", "示例"]);
    platform.says(
        &["matter", "show", "310101", "B01"],
        &["3个工作日", "组成事项", "牵头", "数据共享 housing-lease/registered-lease"],
    );
    let explained = platform.says(&["matter", "explain", "310101", "B01"], &["生效值 effective", "promised"]);
    let promised = explained.lines().find(|line| line.trim_start().starts_with("promised")).unwrap();
    assert!(promised.contains("huangpu/convenience@0.1.0") && promised.contains("示例2号"), "{promised}");
    platform.says(&["matter", "show", "310115", "B01"], &["5个工作日"]);

    at(&store.host, "publisher-huangpu").refuses(&["take-back", &id], 4, "forbidden");
    platform.says(&["take-back", &id], &["已收回 taken back", "已受理的办件不受影响"]);
    platform.says(&["matter", "show", "310101", "B01"], &["5个工作日"]);
    platform.refuses(&["matter", "show", "310101", "P99"], 1, "P99");
    platform.says(&["outbox", "dead"], &["没有死信"]);
    platform.refuses(&["outbox", "revive", "310115-210422-0000000000/1/1"], 1, "not-found");
}

#[tokio::test]
async fn officers_pause_extend_and_finish_by_commands_and_see_what_is_late() {
    let host = Host::start(Start::simulated("2021-04-22T09:00:00+08:00")).await;
    host.put_in_force("tests/guests/appraised", "T-APPRAISED", "城市管理局", "310000").await;
    host.put_in_force("tests/guests/always-traps", "T-TRAP", "城市管理局", "310000").await;
    let (officer, applicant) = (at(&host, "officer"), at(&host, "applicant"));
    let submit = |matter: &str| {
        applicant.file(
            "application.json",
            &json!({ "matter": matter, "division": "310115", "subject": applicant_subject() }),
        );
        applicant.json(&["case", "submit", "application.json"])["id"].as_str().unwrap().to_owned()
    };

    let paused = submit("T-APPRAISED");
    let task = format!("{paused}.experts");
    officer.says(&["task", "verdict", &task, "approve", "--reason", "行政许可法 第四十五条=需专家评审"], &["同意"]);
    officer.says(
        &["case", "show", &paused],
        &["特别程序 procedure", "experts", "专家评审 expert review", "进行中 running"],
    );
    let ended = ["case", "end-procedure", &paused, "experts"];
    applicant.refuses(&ended, 4, "forbidden");
    host.clock("2021-04-27T09:00:00+08:00").await;
    officer.says(&ended, &["2021-04-27", "到期 due       2021-05-07"]);
    let extend = [
        "case",
        "extend",
        &paused,
        "--days",
        "10",
        "--instrument",
        "测试延〔2021〕1号",
        "--reason",
        "行政许可法 第四十二条=需核实",
    ];
    officer.says(&extend, &["到期 due       2021-05-20", "延长 extended  10个工作日", "测试延〔2021〕1号"]);
    officer.refuses(&extend, 1, "licence-law-42-single-extension");
    host.clock("2021-05-24T09:00:00+08:00").await;
    officer.says(&["task", "list"], &["逾承诺时限"]);
    officer.says(&["case", "list", "--division", "310115", "--phase", "accepted"], &["逾承诺时限", &paused]);

    let withdrawn = submit("T-APPRAISED");
    applicant.says(&["case", "withdraw", &withdrawn], &["撤回 withdrawn"]);
    let parked = submit("T-TRAP");
    officer.says(&["case", "list", "--division", "310115", "--parked"], &[&parked, "挂起 parked"]);
    officer.says(&["case", "show", &parked], &["挂起 parked    submitted: guest."]);
    let finish =
        ["case", "finish", &parked, "--outcome", "refused", "--reason", "行政许可法 第三十八条=不符合法定条件"];
    officer.refuses(&finish, 1, "救济");
    officer.says(
        &[&finish[..], &["--remedy", "可在六十日内申请行政复议"]].concat(),
        &["不予许可 refused", "救济 remedy    可在六十日内申请行政复议"],
    );
    applicant.says(&["case", "journal", &parked], &["✗ 申报 submitted", "手工办结 finished-by-hand"]);
}

#[tokio::test]
async fn an_operator_registers_a_licence_and_loads_a_calendar_by_commands() {
    let store = Store::open().await;
    let platform = at(&store.host, "platform");
    let id = licence_id(BUSINESS_LICENCE, "11310115MB1A01151B", "2021000000115002");
    let content = Value::Object(sample("business-licence"));
    platform.file(
        "licence.json",
        &json!({
            "id": id, "licence_type": BUSINESS_LICENCE, "title": { "zh": "营业执照" }, "division": "310115",
            "department": "市场监督管理局", "holder": subject(), "content": content,
        }),
    );
    at(&store.host, "market").refuses(&["licence", "register", "licence.json"], 4, "forbidden");
    platform.says(&["licence", "register", "licence.json"], &[&id, "营业执照", "有效 valid", "长期"]);
    let twice = ["licence", "register", "licence.json", "--idempotency-key", "k1"];
    let first = platform.run(&twice);
    assert_eq!(platform.run(&twice), first, "the same key answers alike");

    let year = json!({ "year": 2027, "source": "测试", "off": {}, "work": [], "working_days_in_year": 261 });
    platform.file("2027.json", &year);
    platform.says(&["clock", "calendar", "2027.json"], &["已载入，0 件重算"]);
    platform.file(
        "wrong.json",
        &json!({ "year": 2027, "source": "测试", "off": {}, "work": [], "working_days_in_year": 250 }),
    );
    platform.refuses(&["clock", "calendar", "wrong.json"], 2, "wrong.json");
    platform.refuses(&["clock", "set", "2021-04-01"], 1, "clock.backwards");
}
