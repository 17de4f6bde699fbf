//! The story: who does what on which day. What comes of it, the host says.

use std::time::{Duration, Instant};

use banshi_model::calendar::Calendar;
use banshi_model::ids::{CaseId, EnactmentId};
use banshi_model::time;
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::cast::{Cast, PLATFORM};
use super::filing::Detail;
use super::report::Report;
use super::screen::Screen;
use super::teller::Teller;
use super::theatre::{Actors, Theatre};
use super::workspace::{BuiltPackage, Samples};
use crate::failure::{Failure, Kind, Result};

/// The days of the story. 2021-04-25 is a Sunday on which people work, 05-01 to 05-05 is the Labour Day holiday.
const DAY_OF_FILING: Date = date(2021, 4, 22);
/// The red-headed documents arrive on a Friday …
const DOCUMENTS_ARRIVE: Date = date(2021, 4, 23);
/// … and are in force on Monday.
const IN_FORCE: Date = date(2021, 4, 26);
const TAKEN_BACK: Date = date(2021, 4, 28);
const FILED_AGAIN: Date = date(2021, 4, 29);
/// Two weeks after Huangpu's commitment.
const CHECKED_AFTERWARDS: Date = date(2021, 5, 13);
/// Nothing in the story takes longer than this.
const LAST_DAY: Date = date(2021, 5, 31);

/// A case that was filed.
pub struct Filed {
    /// The applicant's token.
    pub shop: String,
    /// What the story calls the place.
    pub place: String,
    /// The bundle's case.
    pub case: CaseId,
    /// Tells its journals.
    pub teller: Teller,
    /// Whether it has ended.
    pub closed: bool,
}

/// The story with everything that it needs.
pub struct Plot {
    pub(super) cast: Cast,
    pub(super) samples: Samples,
    pub(super) screen: Screen,
    pub(super) theatre: Theatre,
    pub(super) actors: Actors,
    pub(super) built: Vec<BuiltPackage>,
    pub(super) filed: Vec<Filed>,
    /// What is being done, for who asks why it failed.
    pub(super) doing: String,
    /// What the clock shows.
    pub(super) now: Timestamp,
    /// How long building took, on the real clock.
    pub(super) built_in: Duration,
    calendar: Option<Calendar>,
}

/// What must be said before anything is shown.
pub fn opening(screen: &Screen, cast: &Cast) -> Result {
    screen.line("办事 banshi · 演示 demo：便利店“一业一证” one certificate for a convenience store")?;
    screen.line(
        "示例 sample：企业、人员、号码、文号均为虚构；95个工作日、53份材料、313个字段的总数为浦东新区公布，按许可的拆分为示例 \
            Enterprises, persons, numbers and instruments are made up; the totals are published for Pudong, their split \
            over the permits is a sample",
    )?;
    let starts = time::date_of(cast.starts);
    screen.line(&format!(
        "模拟时钟 simulated clock：自 from {starts}，2021年的事项与日历 with the matters and the calendar of 2021"
    ))
}

impl Plot {
    /// Everything is ready, nothing has happened.
    pub fn new(
        cast: Cast,
        samples: Samples,
        screen: Screen,
        theatre: Theatre,
        actors: Actors,
        built: (Vec<BuiltPackage>, Duration),
    ) -> Self {
        let (now, calendar) = (cast.starts, Calendar::built_in().ok());
        let (built, built_in) = built;
        Self {
            cast,
            samples,
            screen,
            theatre,
            actors,
            built,
            filed: Vec::new(),
            doing: String::new(),
            now,
            built_in,
            calendar,
        }
    }

    /// The theatre, to be kept open or closed.
    pub fn into_theatre(self) -> Theatre {
        self.theatre
    }

    /// A failure with what was being done and what the processes said last. Its exit code is 1.
    pub async fn explain(&mut self, failure: Failure) -> Failure {
        // A process that is gone explains more than the request that found it gone.
        let gone = match failure.kind {
            Kind::Unreachable => tokio::time::timeout(Duration::from_secs(1), self.theatre.ended()).await.ok(),
            _ => None,
        };
        // Its own failure holds its last words already.
        if gone.is_none() {
            eprintln!("{}", self.theatre.last_words());
        }
        let failure = gone.unwrap_or(failure);
        let what = format!("演示失败于“{}” the demo failed here, on {}", self.doing, time::text(self.now));
        Failure { kind: Kind::Refused, error: failure.error.context(what), problem: failure.problem }
    }

    /// Plays it from the first day to the last case's end.
    pub async fn play(&mut self, began: Instant) -> Result<Report> {
        let pid = self.theatre.host().pid();
        self.screen.heading(&format!("二、市级施行，自 {DAY_OF_FILING}"), "The city's version comes into force")?;
        self.publish_city(DAY_OF_FILING).await?;
        self.register_licences().await?;
        self.first_days().await?;
        let variations = self.change_of_rules().await?;
        self.while_in_work(&variations).await?;
        while self.filed.iter().any(|filed| !filed.closed) {
            let next = self.next_working_day()?;
            self.round(next).await?;
        }
        self.round(CHECKED_AFTERWARDS).await?;
        let report = self.ending(began).await?;
        if self.theatre.host().pid() != pid {
            return Err(Failure::new(Kind::Refused, "the host is another process than at the beginning"));
        }
        Ok(report)
    }

    /// Pudong files, and its officers begin.
    async fn first_days(&mut self) -> Result {
        self.until(moment(DAY_OF_FILING, 9)).await?;
        self.screen.heading("三、浦东申请", "Pudong: an application is filed")?;
        self.file("pd-shop", Detail::Whole).await?;
        self.screen.heading("四、并联办理", "All units work at once, and districts change the rules under way")?;
        self.tell().await?;
        self.round(DAY_OF_FILING).await?;
        self.round(DOCUMENTS_ARRIVE).await
    }

    /// The districts publish on Friday what is in force from Monday; until then nothing changes.
    async fn change_of_rules(&mut self) -> Result<Vec<(String, EnactmentId)>> {
        self.until(moment(DOCUMENTS_ARRIVE, 15)).await?;
        let before = self.pinned("pd-shop").await?;
        let variations = self.publish_variations(IN_FORCE).await?;
        self.show_unchanged_until(IN_FORCE).await?;
        self.round(DOCUMENTS_ARRIVE.saturating_add(jiff::Span::new().days(2))).await?;
        self.until(moment(IN_FORCE, 9)).await?;
        self.show_layers("黄浦、徐汇的规则今日施行", "in force from today").await?;
        self.unmoved("pd-shop", &before).await?;
        self.file("hp-shop", Detail::Brief).await?;
        self.file("xh-shop", Detail::Brief).await?;
        Ok(variations)
    }

    /// Cases run on three sets of rules; Huangpu's is taken back, and somebody files there again.
    async fn while_in_work(&mut self, variations: &[(String, EnactmentId)]) -> Result {
        self.tell().await?;
        while time::date_of(self.now) < TAKEN_BACK {
            let day = if time::date_of(self.now) == IN_FORCE && !self.worked_today() {
                IN_FORCE
            } else {
                self.next_working_day()?
            };
            self.round(day).await?;
        }
        self.until(moment(TAKEN_BACK, 15)).await?;
        let before = self.pinned("hp-shop").await?;
        self.take_back("huangpu", variations).await?;
        self.unmoved("hp-shop", &before).await?;
        self.until(moment(FILED_AGAIN, 9)).await?;
        self.file("hp-shop-2", Detail::Brief).await?;
        self.tell().await?;
        self.round(FILED_AGAIN).await
    }

    /// Whether the officers' hour of this day has passed.
    fn worked_today(&self) -> bool {
        self.now >= moment(time::date_of(self.now), super::work::OFFICE_HOUR)
    }

    fn next_working_day(&self) -> Result<Date> {
        let tomorrow = time::date_of(self.now).saturating_add(jiff::Span::new().days(1));
        let next = match &self.calendar {
            Some(calendar) => calendar.on_or_after(tomorrow).date,
            None => tomorrow,
        };
        if next > LAST_DAY {
            let open: Vec<&str> =
                self.filed.iter().filter(|filed| !filed.closed).map(|filed| filed.place.as_str()).collect();
            return Err(Failure::new(
                Kind::Refused,
                format!("{LAST_DAY} has passed and these are not closed: {}", open.join(", ")),
            ));
        }
        Ok(next)
    }

    /// Moves the clock; what came due on the way is told.
    pub(super) async fn until(&mut self, to: Timestamp) -> Result {
        self.doing = format!("时钟拨至 the clock moves to {}", time::text(to));
        self.now = self.actors.of(PLATFORM)?.set_clock(to).await?.now;
        self.tell().await
    }
}

/// The full hour of a day, in Beijing.
pub fn moment(day: Date, hour: i8) -> Timestamp {
    time::OFFSET.to_timestamp(day.at(hour, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}
