//! What came of it: a line for each filed case, for a person and for a program.

use banshi_engine::api::cases::CaseView;
use banshi_engine::api::licences::CertificateView;
use banshi_model::draft::Outcome;
use banshi_model::ids::Division;
use banshi_model::time;
use jiff::civil::Date;
use serde::Serialize;

use crate::failure::{Failure, Kind, Result};
use crate::table::Table;

/// The whole demo, as `--json` says it.
#[derive(Debug, Serialize)]
pub struct Report {
    /// From the command to the end of the story, in milliseconds.
    pub elapsed_ms: u128,
    /// How often the host was started again; measured.
    pub restarts: u32,
    /// A line for each case, in the order in which they were filed.
    pub districts: Vec<District>,
}

/// One filed case.
#[derive(Debug, Serialize)]
pub struct District {
    /// Where.
    pub division: Division,
    /// What it was pinned to, ground first: `name@version`.
    pub layers: Vec<String>,
    /// Statutory limits of the chosen parts, added up, in working days.
    pub declared_days: u32,
    /// The promise, in working days; 0: on the spot.
    pub promised_days: u16,
    /// Papers that the chosen parts declare.
    pub materials_declared: usize,
    /// Papers that the applicant handed in.
    pub materials_asked: usize,
    /// Fields that the chosen parts declare.
    pub fields_declared: usize,
    /// Fields that the applicant filled in.
    pub fields_asked: usize,
    /// The effective last day.
    pub due: Date,
    /// The day of the decision.
    pub decided: Date,
    /// The composite certificate's 电子证照标识.
    pub composite: String,
    /// 电子证照标识 of the permits that its code loads.
    pub permits: Vec<String>,
    /// What the story calls the place.
    #[serde(skip)]
    pub place: String,
}

impl District {
    /// What came of a case; refuses one that was not granted, or has no certificate.
    pub fn of(place: &str, case: &CaseView, certificate: &CertificateView) -> Result<Self> {
        let id = &case.summary.id;
        let missing = |what: &str| Failure::new(Kind::Refused, format!("case {id} at {place} ended without {what}"));
        let decision = case.decision.as_ref().filter(|decision| decision.outcome == Outcome::Granted);
        let limits = case.limits.as_ref().ok_or_else(|| missing("limits"))?;
        Ok(Self {
            division: case.summary.division.clone(),
            layers: case.layers.iter().map(|layer| format!("{}@{}", layer.name, layer.version)).collect(),
            declared_days: case.counts.days_declared,
            promised_days: limits.promised.map_or(0, |span| span.count),
            materials_declared: case.counts.materials_declared,
            materials_asked: case.counts.materials_asked,
            fields_declared: case.counts.fields_declared,
            fields_asked: case.counts.fields_asked,
            due: limits.effective().date,
            decided: decision.map(|decision| time::date_of(decision.at)).ok_or_else(|| missing("a grant"))?,
            composite: certificate.id.clone(),
            permits: certificate.permits.iter().map(|permit| permit.id.clone()).collect(),
            place: place.to_owned(),
        })
    }
}

/// The same for a person.
pub fn table(districts: &[District]) -> Table {
    let headings =
        ["办件", "法定→承诺 days", "材料 papers", "字段 fields", "到期 due", "决定 decided", "许可", "规则层 layers"];
    let mut table = Table::new(&headings).widest(44);
    for d in districts {
        let arrow = |from: usize, to: usize| format!("{from}→{to}");
        // The owner says what kind of layer it is; the version is in the JSON.
        let owners: Vec<&str> = d.layers.iter().filter_map(|layer| layer.split('/').next()).collect();
        table.row([
            d.place.as_str(),
            &format!("{}→{}工作日", d.declared_days, d.promised_days),
            &arrow(d.materials_declared, d.materials_asked),
            &arrow(d.fields_declared, d.fields_asked),
            &d.due.to_string(),
            &d.decided.to_string(),
            &d.permits.len().to_string(),
            &owners.join("+"),
        ]);
    }
    table
}

/// What the promise came to, in words.
pub fn in_time(district: &District) -> &'static str {
    if district.decided <= district.due { "按期 in time" } else { "逾期 late" }
}
