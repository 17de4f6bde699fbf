//! Steps: what the form's field `do` names, at once or after an officer's verdict.

use crate::banshi::matter::cases::{
    Command, Decline, DeclineGround, Due, Ending, Licence, LicenceEnd, Lookup, Notice, Opinion, Parcel, Recipient,
    Refusal, SpecialKind, SpecialProcedure, Step, Task, TaskResult, Timer, Verdict, WayForward,
};
use crate::banshi::matter::matters::Processing;
use crate::banshi::matter::types::{Fault, Finding, Reason, Severity, Subject, SubjectKind};
use crate::definition::{LICENCE, working_days};
use crate::{run_away, text};

pub fn of(commands: Vec<Command>) -> Step {
    Step { state: "null".to_owned(), commands }
}

fn reason() -> Reason {
    let evidence = vec!["do".to_owned()];
    Reason {
        rule: "told".to_owned(), basis: "行政许可法 第三十八条".to_owned(), text: text("如是"), evidence
    }
}

fn verdict(task: &str) -> Verdict {
    let second = Reason { rule: "second".to_owned(), ..reason() };
    Verdict { task: task.to_owned(), reasons: vec![reason(), second] }
}

fn refuse(task: &str) -> Command {
    Command::Refuse(Refusal { verdict: verdict(task), remedy: text("可以申请行政复议") })
}

fn decline(task: &str) -> Command {
    let way = WayForward::Checklist(vec![Finding { severity: Severity::Note, reason: reason() }]);
    let ground = DeclineGround::NotThisAuthority;
    Command::Decline(Decline { ground, verdict: verdict(task), way, remedy: text("可以申请行政复议") })
}

fn accept() -> Command {
    Command::Accept(Processing::Promised(working_days(5)))
}

fn task(id: &str, stage: &str, unit: &str) -> Task {
    Task {
        id: id.to_owned(),
        unit: unit.to_owned(),
        title: text("办理"),
        limit: Some(working_days(1)),
        form: None,
        stage: stage.to_owned(),
        silence_consents: false,
    }
}

fn licence(licence_type: &str) -> Command {
    Command::IssueLicence(Licence {
        licence_type: licence_type.to_owned(),
        content: "{}".to_owned(),
        valid_until: None,
    })
}

fn special(task: &str) -> Command {
    Command::StartSpecialProcedure(SpecialProcedure {
        id: "expert".to_owned(),
        kind: SpecialKind::ExpertReview,
        expected: working_days(10),
        task: task.to_owned(),
        reason: reason(),
    })
}

fn end_licence(licence: &str, on: Option<&str>) -> Command {
    let verdict = on.map(verdict);
    Command::EndLicence(LicenceEnd { licence: licence.to_owned(), ending: Ending::Revoked, reason: reason(), verdict })
}

pub fn timer_at_once() -> Command {
    Command::SetTimer(Timer { id: "again".to_owned(), due: Due::After(working_days(0)) })
}

/// At submission.
pub fn submitted(told: &str) -> Result<Step, Fault> {
    if told.starts_with("later.") {
        return Ok(of(vec![accept(), Command::OpenTask(task("verdict", "verdict", "窗口"))]));
    }
    if told.starts_with("ordinary") {
        let verdict = Command::OpenTask(task("verdict", "verdict", "窗口"));
        return Ok(of(vec![accept(), verdict, Command::OpenTask(task("opinion", "opinion", "规划科"))]));
    }
    if told.starts_with("silence.") {
        let consultation = Task { silence_consents: true, ..task("opinion", "opinion", "规划科") };
        return Ok(of(vec![accept(), Command::OpenTask(consultation)]));
    }
    run_away::run(told)?;
    if let Some(commands) = beyond_permissions(told).or_else(|| against_rules(told)) {
        return Ok(of(commands));
    }
    Ok(match told {
        "many-commands" => of(vec![timer_at_once(); 10_000]),
        "huge" => {
            let mut state = String::with_capacity(25 << 20);
            state.push('"');
            state.extend(std::iter::repeat_n('x', 24 << 20));
            state.push('"');
            Step { state, commands: vec![] }
        }
        "output" => Step { state: format!("\"{}\"", "x".repeat(6 << 20)), commands: vec![] },
        "no-json" => Step { state: "{'a':1}".to_owned(), commands: vec![] },
        "deep-json" => Step { state: format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), commands: vec![] },
        "alias" => {
            let reason = Reason { evidence: run_away::amplified(), ..reason() };
            let finding = Finding { severity: Severity::Note, reason };
            of(vec![Command::ShowWay(WayForward::Checklist(vec![finding]))])
        }
        "bad-id" => of(vec![Command::OpenTask(task("a\"} 1\n\u{1b}[2J", "verdict", "窗口"))]),
        "timer-again" => of(vec![accept(), timer_at_once()]),
        _ => of(vec![]),
    })
}

/// What the manifest does not ask for.
fn beyond_permissions(told: &str) -> Option<Vec<Command>> {
    Some(match told {
        "denied.command" => vec![Command::Ship(Parcel { id: "p".to_owned(), what: "everything".to_owned() })],
        "denied.unit" => vec![accept(), Command::OpenTask(task("verdict", "verdict", "安全科"))],
        "denied.licence" => vec![licence("11310115MB00000193999")],
        "denied.fact" => vec![Command::PublishFact(r#"{"kind":"private"}"#.to_owned())],
        "denied.service" => vec![Command::LookUp(Lookup {
            id: "look".to_owned(),
            service: "population".to_owned(),
            purpose: "好奇".to_owned(),
            arguments: "{}".to_owned(),
        })],
        _ => return None,
    })
}

/// What the law or the case does not allow.
fn against_rules(told: &str) -> Option<Vec<Command>> {
    if let Some(foreign) = told.strip_prefix("end-foreign:") {
        return Some(vec![accept(), end_licence(foreign, None)]);
    }
    Some(match told {
        "stranger" => vec![Command::VerifyIdentity(vec![Subject {
            kind: SubjectKind::LegalPerson,
            id: "91310104MA1K00023G".to_owned(),
            name: "旁人".to_owned(),
        }])],
        "grant-alone" => vec![accept(), Command::Grant(verdict("verdict"))],
        "refuse-alone" => vec![accept(), refuse("verdict")],
        "refuse-undone" => {
            vec![accept(), Command::OpenTask(task("verdict", "verdict", "窗口")), refuse("verdict")]
        }
        "refuse-early" => vec![refuse("verdict")],
        "decline-alone" => vec![decline("verdict")],
        "close-undecided" => vec![accept(), Command::Close],
        "licence-undecided" => vec![accept(), licence(LICENCE)],
        "special-early" => vec![special("verdict")],
        "special-alone" => vec![accept(), special("verdict")],
        "silent-verdict" => {
            let silent = Task { silence_consents: true, ..task("verdict", "verdict", "窗口") };
            vec![accept(), Command::OpenTask(silent)]
        }
        "remote-form" => {
            let form = Some(r#"{"$ref":"http://127.0.0.1:1/form.json"}"#.to_owned());
            vec![accept(), Command::OpenTask(Task { form, ..task("verdict", "verdict", "窗口") })]
        }
        "notify" => [Recipient::Subject, Recipient::Agent, Recipient::Signers]
            .map(|to| {
                let data = r#"{"to":"91310104MA1K00023G","person":{"id":"91310104MA1K00023G"}}"#.to_owned();
                Command::Notify(Notice { to, template: "aimed".to_owned(), data })
            })
            .to_vec(),
        "own-identity" => vec![
            accept(),
            Command::VerifyIdentity(vec![Subject {
                kind: SubjectKind::LegalPerson,
                id: "91310115MA1K00015K".to_owned(),
                name: "上海示例便利店有限公司".to_owned(),
            }]),
        ],
        "facts" => vec![Command::PublishFact(r#"{"kind":"opened"}"#.to_owned()); 200],
        _ => return None,
    })
}

/// After a task was done.
pub fn task_done(told: &str, result: &TaskResult) -> Result<Step, Fault> {
    let done = result.task.as_str();
    let approved = matches!(result.opinion, Opinion::Approve);
    Ok(of(match told {
        "later.grant" | "silence.grant" => vec![Command::Grant(verdict(done))],
        "later.refuse" | "silence.refuse" => vec![refuse(done)],
        "later.bare-refuse" => {
            let bare = Reason { basis: " ".to_owned(), ..reason() };
            let verdict = Verdict { task: done.to_owned(), reasons: vec![bare] };
            vec![Command::Refuse(Refusal { verdict, remedy: text("可以申请行政复议") })]
        }
        "later.no-remedy" => vec![Command::Refuse(Refusal { verdict: verdict(done), remedy: text(" ") })],
        "later.end-own" if done == "verdict" => {
            let second = Command::OpenTask(task("opinion", "opinion", "规划科"));
            vec![Command::Grant(verdict(done)), licence(LICENCE), second]
        }
        "later.end-own" => vec![end_licence(LICENCE, None)],
        "later.end-approved" if done == "verdict" => {
            let second = Command::OpenTask(task("opinion", "opinion", "规划科"));
            vec![Command::Grant(verdict(done)), licence(LICENCE), second]
        }
        "later.end-approved" => vec![end_licence(LICENCE, Some(done))],
        told if told.starts_with("ordinary") && done == "verdict" => {
            if approved {
                vec![Command::Grant(verdict(done)), licence(LICENCE), Command::Close]
            } else {
                vec![refuse(done), Command::Close]
            }
        }
        _ => vec![],
    }))
}
