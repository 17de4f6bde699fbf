//! Other ways than ordinary approval of new business: signers, filing, commitment, renewal, cancellation.

use banshi_sdk::contract::cases::Ending;
use banshi_sdk::harness::{Harness, person};
use banshi_sdk::prelude::*;

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Company {
    /// 法定代表人 / Legal representative
    legal_representative: Party,
    /// 股东 / Shareholders
    shareholders: Vec<Party>,
}

struct Founding;

impl Matter for Founding {
    fn spec(_: &Settings) -> Spec {
        Spec::new("设立登记 / Founding", "市场监督管理局").fields::<Company>().flow(
            Flow::new()
                .signers("法定代表人 / Legal representative", "/legal_representative")
                .signers("股东 / Shareholder", "/shareholders")
                .acceptance(Stage::new("acceptance", "受理 / Acceptance", "综合窗口"))
                .verdict(Stage::new("verdict", "决定 / Decision", "登记科")),
        )
    }
}

const LI: &str = "11010519491231002X";
const WANG: &str = "440524188001010014";

fn founding() -> Harness<Founding> {
    let party = |id: &str, name: &str| json!({"kind": "natural-person", "id": id, "name": name});
    Harness::new()
        .value("legal_representative", party(LI, "李"))
        .value("shareholders", json!([party(LI, "李"), party(WANG, "王")]))
}

fn asked(commands: &[Command]) -> Vec<String> {
    let people = commands.iter().filter_map(|command| match command {
        Command::VerifyIdentity(people) => Some(people.iter().map(|person| person.id.clone())),
        _ => None,
    });
    people.flatten().collect()
}

#[test]
fn each_signer_is_asked_once_and_all_must_prove_who_they_are() {
    let mut case = founding();
    case.submit();
    assert_eq!(asked(case.commands()), [LI, WANG]);
    case.identity_verified(WANG);
    assert!(case.open_stages().is_empty(), "one is missing");
    case.identity_verified(LI);
    assert_eq!(case.open_stages(), ["acceptance"]);
}

#[test]
fn who_fails_is_asked_again_alone_and_after_three_times_the_next_day() {
    let mut case = founding();
    case.submit().identity_verified(LI).identity_failed(WANG);
    assert_eq!(asked(case.commands()), [WANG]);
    case.identity_failed(WANG).identity_failed(WANG);
    assert!(matches!(case.commands(), [Command::SetTimer(_)]), "{:?}", case.commands());
    case.timer("identity");
    assert_eq!(asked(case.commands()), [WANG]);
    case.identity_verified(WANG);
    assert_eq!(case.open_stages(), ["acceptance"]);
}

#[test]
fn who_is_replaced_leaves_the_others_proofs_standing() {
    let mut case = founding();
    case.submit().identity_verified(LI);
    let zhao = person("11010519491231003X", "赵");
    case.signer_replaced(WANG, zhao);
    assert_eq!(asked(case.commands()), ["11010519491231003X"]);
    case.identity_verified("11010519491231003X");
    assert_eq!(case.open_stages(), ["acceptance"]);
}

#[test]
fn a_decision_waits_for_signers_even_when_the_law_accepted_without_them() {
    let mut case = founding();
    case.submit().deemed_accepted();
    assert!(case.open_stages().is_empty());
    case.identity_verified(LI).identity_verified(WANG);
    assert_eq!(case.open_stages(), ["verdict"]);
}

#[test]
fn a_form_in_which_nobody_is_found_to_sign_is_a_fault_and_no_case_without_signers() {
    let mut case = Harness::<Founding>::new();
    case.submit_expecting_fault("signers");
}

#[test]
fn a_part_asks_no_signers_since_its_bundle_has() {
    let mut case = founding().channel("bundle");
    case.submit();
    assert_eq!(asked(case.commands()), Vec::<String>::new());
    assert_eq!(case.open_stages(), ["verdict"]);
}

struct Prepacked;

impl Matter for Prepacked {
    fn spec(_: &Settings) -> Spec {
        Spec::new("仅销售预包装食品备案 / Filing", "市场监督管理局").filing().promised(working_days(0)).flow(
            Flow::new()
                .acceptance(Stage::new("register", "备案 / Registration", "综合窗口"))
                .certificate(Certificate::new("11310115MB2F00001X003", "备案凭证 / Filing receipt")),
        )
    }
}

#[test]
fn a_filing_is_registered_by_the_officer_who_takes_it_in() {
    let mut case = Harness::<Prepacked>::new().mode(Mode::Filing);
    assert_eq!(case.definition().modes, [Mode::Filing]);
    case.submit().approve("register");
    assert!(matches!(
        case.commands(),
        [Command::Accept(_), Command::Grant(_), Command::IssueLicence(_), Command::Close]
    ));
}

#[test]
fn a_filing_that_came_in_with_its_bundle_is_still_registered_by_a_person() {
    let mut case = Harness::<Prepacked>::new().mode(Mode::Filing).channel("bundle");
    case.submit();
    assert_eq!(case.open_stages(), ["register"]);
    case.approve("register");
    assert!(matches!(case.commands(), [Command::Grant(_), Command::IssueLicence(_), Command::Close]));
}

#[test]
fn a_filing_part_that_is_not_in_order_is_refused_with_reasons() {
    let mut case = Harness::<Prepacked>::new().mode(Mode::Filing).channel("bundle");
    case.submit().object("register", "信息不实 / Untrue");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
}

struct Food;

impl Matter for Food {
    fn spec(_: &Settings) -> Spec {
        Spec::new("食品经营许可 / Food", "市场监督管理局")
            .business([Business::Establish, Business::Renew, Business::Cancel])
            .promised(working_days(5))
            .question(Question::number("area", "面积？ / Area?"))
            .commitment(Commitment::below_area("area", 0).promised(working_days(0)).after_check(
                Stage::new("after-check", "承诺后核查 / After-check", "监管所").within(days(30)),
                days(15),
            ))
            .flow(
                Flow::new()
                    .acceptance(Stage::new("acceptance", "受理 / Acceptance", "综合窗口"))
                    .onsite(Stage::new("onsite", "现场核查 / On site", "监管所"))
                    .verdict(Stage::new("verdict", "决定 / Decision", "许可科"))
                    .certificate(
                        Certificate::new("11310115MB2F00001X004", "食品经营许可证 / Licence").valid_for(months(60)),
                    ),
            )
    }
}

fn committed() -> Harness<Food> {
    Harness::new().parameter("commitment-below-area", 50).answer("area", 50).mode(Mode::Commitment)
}

#[test]
fn a_commitment_is_offered_up_to_the_area_of_the_knob_and_the_area_becomes_a_cut_point() {
    use banshi_sdk::contract::matters::Answers::NumberWithCuts;
    let offered = |area: i64, answer: i64| {
        Harness::<Food>::new().parameter("commitment-below-area", area).answer("area", answer).guide().modes
    };
    assert_eq!(offered(0, 10), [Mode::Approval]);
    assert_eq!(offered(50, 50), [Mode::Commitment, Mode::Approval]);
    assert_eq!(offered(50, 51), [Mode::Approval]);
    let unset = Harness::<Food>::new().definition();
    assert_eq!(unset.questions[0].answers, NumberWithCuts(vec![0]), "a question has a cut point even so");
    let definition = committed().definition();
    assert_eq!(definition.modes, [Mode::Approval, Mode::Commitment]);
    assert_eq!(definition.questions[0].answers, NumberWithCuts(vec![50]));
    assert_eq!(Harness::<Food>::new().definition().modes, [Mode::Approval], "without the knob it is not offered");
}

#[test]
fn a_commitment_replaces_the_visit_and_is_checked_after_the_grant() {
    let mut case = committed();
    case.submit().approve("acceptance");
    assert_eq!(case.open_stages(), ["verdict"]);
    case.approve("verdict");
    assert!(matches!(case.commands(), [Command::Grant(_), Command::IssueLicence(_), Command::OpenAfterCheck(_)]));
    case.approve("after-check");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn a_broken_commitment_is_first_put_right_and_then_revoked_on_the_officers_verdict() {
    let mut case = committed();
    case.submit().approve("acceptance").approve("verdict").object("after-check", "没有冷藏设施 / No cold storage");
    let put_right = case.all_commands().iter().any(|command| matches!(command, Command::Notify(_)));
    assert!(put_right && !case.is_closed());
    case.timer("recheck").object("after-check", "仍没有冷藏设施 / Still none");
    let end = case.all_commands().iter().find_map(|command| match command {
        Command::EndLicence(end) => Some(end.clone()),
        _ => None,
    });
    let end = end.expect("the licence is ended");
    assert_eq!(end.ending, Ending::Revoked);
    assert_eq!(end.licence, "11310115MB2F00001X004");
    let verdict = end.verdict.expect("an officer's verdict");
    assert_eq!((verdict.task.as_str(), verdict.reasons[0].text.zh.as_str()), ("after-check.2", "仍没有冷藏设施"));
    assert!(case.is_closed());
}

#[test]
fn who_puts_it_right_keeps_the_licence() {
    let mut case = committed();
    case.submit().approve("acceptance").approve("verdict").object("after-check", "没有冷藏设施 / No cold storage");
    case.timer("recheck").approve("after-check");
    assert!(!case.all_commands().iter().any(|command| matches!(command, Command::EndLicence(_))));
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn a_check_that_gives_no_reasons_is_held_against_nobody() {
    let mut case = committed();
    case.submit().approve("acceptance").approve("verdict").say("after-check", Opinion::Object, Value::Null, vec![]);
    assert_eq!(case.open_tasks()[0].id, "after-check.2");
    case.object("after-check", "没有冷藏设施 / No cold storage");
    assert!(
        !case.all_commands().iter().any(|command| matches!(command, Command::EndLicence(_))),
        "it counts as the first time"
    );
}

#[test]
fn a_renewal_replaces_the_licence_that_it_renews() {
    let mut case = Harness::<Food>::new().answer("area", 10).business(Business::Renew).licence("old");
    case.submit().approve("acceptance").approve("onsite").approve("verdict");
    let [Command::Grant(_), Command::IssueLicence(_), Command::EndLicence(end), Command::Close] = case.commands()
    else {
        panic!("{:?}", case.commands())
    };
    assert_eq!((end.licence.as_str(), end.ending), ("old", Ending::Cancelled));
}

#[test]
fn a_renewal_that_nobody_decided_is_issued_by_law() {
    let mut case = Harness::<Food>::new().answer("area", 10).business(Business::Renew).licence("old");
    case.submit().approve("acceptance").deemed_granted();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert_eq!(case.licences().len(), 1);
    let ends = |command: &Command| matches!(command, Command::EndLicence(_));
    assert!(!case.all_commands().iter().any(ends), "nobody decided on the old one; it ends by its own date");
}

#[test]
fn a_cancellation_issues_nothing() {
    let mut case = Harness::<Food>::new().answer("area", 10).business(Business::Cancel).licence("old");
    case.submit().approve("acceptance").approve("onsite").approve("verdict");
    assert!(
        matches!(case.commands(), [Command::Grant(_), Command::EndLicence(_), Command::Close]),
        "{:?}",
        case.commands()
    );
}
